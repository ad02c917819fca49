export { cacheOptions } from './cache-options.js';
export { sessionLink } from './session-link.js';
