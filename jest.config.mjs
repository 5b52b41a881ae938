// Tests run as native ES modules (the runner starts node with --experimental-vm-modules), so that
// imports resolve exactly as they do in the built product.
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // They take minutes: npm run test:redis.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/topology/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^#sandbox/(.*)\\.js$': '<rootDir>/sandbox/$1',
    '^#product/(.*)\\.js$': '<rootDir>/src/$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/globalSetup.mjs',
  globalTeardown: '<rootDir>/test/support/globalTeardown.mjs',
  // A latch ends a test long before; this only bounds one that hangs, on a machine that is busy, too.
  testTimeout: 120_000,
  // Many of them wait, for deadlines and windows: a third one uses what two leave of two cores.
  maxWorkers: 3,
  // Node 20 keeps the modules of every test file that a process has run. With a gigabyte of them a test
  // file costs up to three times the CPU, so a process that has grown is replaced after a file.
  workerIdleMemoryLimit: '400MB',
  reporters: ['default', '<rootDir>/test/support/countReporter.mjs'],
};
