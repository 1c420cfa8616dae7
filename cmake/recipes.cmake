# The recipes that a program finds by name: recipes/*.ini are compiled into it, and installed to be read and copied.

# Adds their texts to a library; a file that is new or changed configures the build anew.
function(mog_recipes target)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/recipes/*.ini)
  set(recipes "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    cmake_path(GET file STEM name)
    file(READ ${file} text)
    string(APPEND recipes "      parse_recipe(R\"ini(${text})ini\", \"${name}\", \"recipes/${name}.ini\"),\n")
  endforeach()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/recipes.cpp.in ${PROJECT_BINARY_DIR}/generated/recipes.cpp @ONLY)
  target_sources(${target} PRIVATE ${PROJECT_BINARY_DIR}/generated/recipes.cpp)
  install(FILES ${files} DESTINATION ${CMAKE_INSTALL_DATADIR}/mog/recipes)
endfunction()
