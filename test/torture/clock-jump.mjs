// For `node --import`: the control node's clock jumps by JUMP_MS, JUMP_AFTER_MS after the program began; timers don't hear of it.
const by = Number(process.env.JUMP_MS ?? 0);
const after = Number(process.env.JUMP_AFTER_MS ?? 0);
const RealDate = Date;
const begun = performance.now();
const shift = () => (performance.now() - begun >= after ? by : 0);
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift());
    else super(...given);
  }
  static now() {
    return RealDate.now() + shift();
  }
};
