import { expect, test } from 'vitest';
import { testRunbooks } from '../../src/uses/test-runbooks.ts';

const shipped = [
  'nginx-502-permission-denied',
  'nginx-502-connection-refused',
  'provision-nginx-proxy',
  'disk-full-by-logs',
  'tls-certificate-near-expiry',
  'systemd-unit-failed',
  'clock-not-synchronized',
  'sshd-hardening-drift',
  'memory-exhausted',
];

test.each(shipped)(
  'the cases of %s take every branch, and notice every answer or say why not',
  async (name) => {
    const { ok, results, coverage, diagnostics } = await testRunbooks({
      paths: [`runbooks/${name}.test.yaml`],
      update: false,
      mutate: true,
      leastCoverage: 100,
    });
    expect(diagnostics).toEqual([]);
    const failed = results
      .flatMap(({ runs }) => runs)
      .flatMap(({ testCase, mode, mismatches, problems }) =>
        mismatches.length + problems.length === 0 ? [] : [{ name: testCase.name, mode, mismatches, problems }],
      );
    expect(failed).toEqual([]);
    expect(coverage.flatMap(({ missed }) => missed)).toEqual([]);
    const unexplained = results.flatMap(({ mutation }) => mutation?.survivors ?? []).filter(({ because }) => !because);
    expect(unexplained).toEqual([]);
    expect(results.flatMap(({ mutation }) => mutation?.needless ?? [])).toEqual([]);
    expect(ok).toBe(true);
  },
  300_000,
);
