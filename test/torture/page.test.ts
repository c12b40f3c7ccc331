import { describe, expect, it } from 'vitest';
import { reliabilityPage } from './page.ts';

describe('the page of the torture suite', () => {
  it('has a row for each suite, and shows what broke', () => {
    const figures = { title: 'kills', counts: [['kills', 100]], seeds: '1–9', seconds: 61.4 } as const;
    const page = reliabilityPage(
      [
        { ...figures, suite: 'F2', held: true },
        { ...figures, suite: 'F3', held: false },
      ],
      { date: '2026-01-02', about: '2 CPUs' },
    );
    expect(page).toContain('| F2 | kills | kills: 100 | 1–9 | held | 61 |\n');
    expect(page).toContain('| F3 | kills | kills: 100 | 1–9 | **broken** | 61 |\n');
    expect(page).toContain('on 2026-01-02 (2 CPUs)');
  });

  it('does not pass over a suite that gave no figures', () => {
    const page = reliabilityPage([{ suite: 'F2', title: 'kills', counts: [], seeds: '1', held: true, seconds: 1 }], {
      date: '2026-01-02',
      about: '2 CPUs',
    });
    expect(page).not.toMatch(/^\| F2 \| gave no figures/m);
    expect(page).toMatch(/^\| F3 \| gave no figures: .*\*\*broken\*\*/m);
  });
});
