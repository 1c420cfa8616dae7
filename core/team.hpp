// Teams: how many threads a parallel region may ask OpenMP for without ending, or halting, the program around it.
#pragma once

namespace mog {

constexpr int kMostThreads = 4096;  // beyond which a typing error is likelier than a machine

/// What this thread's next parallel region may ask for when it wants `count` threads, 1 to kMostThreads.
///
/// Usually that is `count`. OpenMP ends the process where the system refuses it a thread, so threads that this thread's
/// regions have not had yet are started on trial first; throws IoError when that fails.
///
/// It is 1 for the thread that a child process begins with, when it was forked from a process of several threads:
/// OpenMP's are not among what a child inherits, and a region would wait for them for ever. Threads that the child
/// starts itself are as good as any.
int team_for(int count);

}  // namespace mog
