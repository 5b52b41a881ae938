import common from '../../jest.config.mjs';

// Whole deployments on several servers each: a command of its own (npm run test:redis), one at a time.
export default {
  ...common,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/topology/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
