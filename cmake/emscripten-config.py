# Emscripten's configuration: Python that every em tool executes when it starts, so what it puts into the environment
# reaches the tools that they start in turn. EM_CONFIG names this file.
import os

_tools = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(os.environ['EM_CONFIG']))), 'node_modules', '.bin')
if not os.environ['PATH'].startswith(_tools):
    os.environ['PATH'] = _tools + os.pathsep + os.environ['PATH']  # wasm-opt from npm; wasm-emscripten-finalize stays Debian's
os.environ['NODE_PATH'] = '/usr/share/nodejs'  # acorn, for Emscripten's own JavaScript optimiser

LLVM_ROOT = '/usr/bin'
LLVM_ADD_VERSION = CLANG_ADD_VERSION = '19'
BINARYEN_ROOT = '/usr'
NODE_JS = '/usr/bin/node'
FROZEN_CACHE = True
