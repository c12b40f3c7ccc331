/**
 * What could not be read, or would only exist after a change that a dry run does not make. It stands where a value would
 * stand, as a whole snapshot or inside one (one element of a `for_each` probe), and never equals anything.
 */
export class Unknown {
  /** Why there is no value, in words for the operator: "sudo: a password is required". */
  readonly reason: string;
  /** In a dry run: the id of the step whose unmade change it depends on. */
  readonly waitsOn: string | undefined;
  /** What the operator can do about it, if anything is known. */
  readonly help: string | undefined;

  constructor(reason: string, waitsOn?: string, help?: string) {
    this.reason = reason;
    this.waitsOn = waitsOn;
    this.help = help;
  }

  /** How it is written into plans and events. */
  toJSON(): { readonly $unknown: string; readonly waitsOn?: string } {
    return this.waitsOn === undefined ? { $unknown: this.reason } : { $unknown: this.reason, waitsOn: this.waitsOn };
  }
}
