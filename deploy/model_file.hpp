// The packed file, under the name that programs outside include it by.
#pragma once

#include "deploy/runtime/model_file.hpp"
