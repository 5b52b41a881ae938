import { stopSuiteRedis } from './globalSetup.mjs';

export default stopSuiteRedis;
