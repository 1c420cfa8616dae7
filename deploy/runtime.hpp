// The integer runtime, under the name that programs outside include it by.
#pragma once

#include "deploy/runtime/runtime.hpp"
