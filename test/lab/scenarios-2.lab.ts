import { testScenarios } from './scenario-lives.ts';

await testScenarios(1);
