# Compiler and linker flags, each asked for only where the compiler has it.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

add_library(project_flags INTERFACE)

function(add_flag_if_supported flag)
  string(MAKE_C_IDENTIFIER "have${flag}" variable)
  check_c_compiler_flag("${flag}" ${variable})
  if(${variable})
    target_compile_options(project_flags INTERFACE ${flag})
  endif()
endfunction()

foreach(flag
    -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations
    -Wpointer-arith -Wundef -Wvla -Wformat=2 -Wwrite-strings -Wcast-align -Wconversion
    -Wno-sign-conversion -Wdouble-promotion -Wnull-dereference -Wimplicit-fallthrough
    -Wduplicated-cond -Wlogical-op -Wdate-time)
  add_flag_if_supported(${flag})
endforeach()
if(TLSGAUGE_WERROR)
  target_compile_options(project_flags INTERFACE -Werror)
endif()

# Hardening, as Debian builds with hardening=+all and a little more.
check_pie_supported()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection
    -fno-strict-overflow -ftrivial-auto-var-init=zero)
  add_flag_if_supported(${flag})
endforeach()
if(NOT TLSGAUGE_SANITIZE AND NOT TLSGAUGE_FUZZ AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(project_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
foreach(flag -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
  string(MAKE_C_IDENTIFIER "havelink${flag}" variable)
  check_linker_flag(C "${flag}" ${variable})
  if(${variable})
    add_link_options(${flag})
  endif()
endforeach()

if(TLSGAUGE_SANITIZE)
  add_compile_options(-fsanitize=${TLSGAUGE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TLSGAUGE_SANITIZE})
endif()
if(TLSGAUGE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

target_compile_definitions(project_flags INTERFACE
  _GNU_SOURCE G_LOG_DOMAIN="tlsgauge" G_DISABLE_DEPRECATED
  GLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 GLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74)
