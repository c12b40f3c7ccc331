import {
  DefaultRenderer,
  ListrDefaultRendererLogLevels as Levels,
  Listr,
  type ListrDefaultRendererOptions,
  type ListrDefaultRendererTask,
  type ListrEventManager,
  ListrLogger,
  Spinner,
} from 'listr2';
import type { Row } from './row.ts';
import type { Colours } from './words.ts';

export interface TaskListOptions {
  readonly rows: readonly Row[];
  readonly colours: Colours;
  readonly columns: () => number;
  /** Called at most ten times a second, and once at the end. */
  readonly draw: (lines: readonly string[]) => void;
}

/**
 * listr2 as a view: it composes rows, marks and spinner; rows end from outside. Its own way to the terminal is not used:
 * it redraws at every title (minutes of CPU at 200 rows, measured), asks `process.stdout` for the width, and exits the
 * process at Ctrl-C. Resolves when every row has ended and was drawn.
 */
export function runTaskList(options: TaskListOptions): Promise<void> {
  const { rows, colours } = options;
  /** Titles are numbers: listr2 never sees a host's text. */
  const rowOf = (title: string | undefined): Row | undefined => rows[Number(title?.trim() ?? 'none')];
  const spinner = new Spinner();
  const looks = looksOf(colours);
  const logger = new ListrLogger({ useIcons: true, toStderr: [] });

  class View extends DefaultRenderer {
    static override nonTTY = true;
    constructor(tasks: ListrDefaultRendererTask[], given: ListrDefaultRendererOptions, events: ListrEventManager) {
      super(tasks, { ...given, ...looks, logger, spinner, showErrorMessage: false, showSkipMessage: false }, events);
    }
    /** Unlike listr2's own: no redraw when a task changes, only when the spinner turns. */
    override async render(): Promise<void> {
      this.#show();
      spinner.start(() => this.#show(), 100);
    }
    override end(): void {
      spinner.stop();
      this.#show();
    }
    protected override style(task: ListrDefaultRendererTask, output?: boolean): string {
      const begun = rowOf(task.initialTitle)?.begun ?? true;
      return begun ? super.style(task, output) : colours.dim('·');
    }
    protected override format(message: string, icon: string): string[] {
      const row = rowOf(message);
      return [`${icon} ${row === undefined ? message : row.text(Math.max(1, options.columns() - 3), colours)}`];
    }
    #show(): void {
      const picture = this.create();
      if (picture !== '') options.draw(picture.split('\n'));
    }
  }

  const tasks = rows.map((row, at) => ({
    title: String(at),
    task: async (_context: unknown, task: { skip(): void }): Promise<void> => {
      const how = await row.ended;
      if (how === 'bad') throw new Error(row.key);
      if (how === 'skipped') task.skip();
    },
  }));
  const listr = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: View,
  });
  return listr.run().then(() => {});
}

/** listr2's marks in our colours: whether there is colour has been decided by the caller. */
function looksOf(colours: Colours): Pick<ListrDefaultRendererOptions, 'color'> {
  const color: Partial<Record<Levels, (text?: string) => string>> = {};
  for (const level of Object.values(Levels)) color[level] = (text = '') => text;
  color[Levels.PENDING] = colours.yellow;
  color[Levels.COMPLETED] = colours.green;
  color[Levels.FAILED] = colours.red;
  color[Levels.SKIPPED_WITH_COLLAPSE] = colours.cyan;
  return { color };
}
