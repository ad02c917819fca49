import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import circus from 'jest-circus/runner';
import { registerLoader } from './loader.mjs';

const require = createRequire(import.meta.url);
/** Registers describe, test and the hooks, and runs them. It keeps the state of one file. */
const FRAMEWORK = require.resolve('jest-circus/runner').replace(/runner\.js$/, 'jestAdapterInit.js');

registerLoader();
process.setSourceMapsEnabled(true);

let runs = 0;

/**
 * Jest's own runner (jest-circus), except that Node loads the modules, and not Jest in a context of its own for each file. So a
 * worker evaluates src/ and its dependencies once, and what V8 has optimized serves all its files; test files and their
 * helpers are evaluated for each file (docs/decisions/0160-tests-share-modules.md).
 */
export default async function runTestFile(globalConfig, config, environment, runtime, testPath, sendMessage) {
  runs += 1;
  for (const key of ['EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL']) delete globalThis[Symbol.for(key)];
  delete require.cache[FRAMEWORK];
  // Jest's own reads the source maps of its transforms only, Node's those of all modules.
  Error.prepareStackTrace = undefined;
  const modules = {
    requireInternalModule: require,
    requireModule: require,
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: async (path) => import(`${pathToFileURL(path).href}?run=${runs}`),
    setGlobalsForRuntime(globals) {
      globalThis[Symbol.for('docket.test-globals')] = { ...globals, config };
    },
  };
  try {
    return await circus.default(
      globalConfig,
      config,
      environment,
      Object.assign(runtime, modules),
      testPath,
      sendMessage,
    );
  } finally {
    (await import(`./globals.mjs?run=${runs}`)).restore();
  }
}
