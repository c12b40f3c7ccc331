import { testScenarios } from './scenario-lives.ts';

// Every scenario on a real guest: npm run test:lab. Two files, so that two guests live at a time.
await testScenarios(0);
