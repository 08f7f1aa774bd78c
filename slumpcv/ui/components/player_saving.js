// What became of each change: kept, waiting, refused, or overtaken by somebody else's.

class Saving {
  constructor(player) { this.player = player; }

  answered(result) {
    const { dots, model } = this.player;
    dots.held = null;
    model.refused = null;
    this.lost = this.newer = null;
    model.take(result);
    this.player.kept();
    this.player.redraw();
  }

  // Somebody changed it elsewhere meanwhile: theirs is shown, and ours can be put on top of it.
  outdated(result, lost) {
    const { model } = this.player;
    this.lost = lost.filter(({ path }) => path === "edit").at(-1) ?? null;
    this.newer = result.newer;
    model.held = false;
    model.take(result);
    this.player.kept();
    this.player.redraw();
  }

  // No test can be like that: it stays on the page, where the next change may put it right.
  refused(why) { this.player.model.refused = why; this.player.redraw(); }

  settle(mine) {
    const { lost } = this, { model } = this.player;
    this.newer = this.lost = null;
    if (mine) model.change(lost.action, lost.state);
    this.player.redraw();
  }

  told() {
    const { data, sender, model, find } = this.player;
    if (!data) return;
    const { texts } = data, { may_undo: undo, may_redo: redo } = model.result;
    find("[data-do=undo]").disabled = !undo && !sender.queue.length && !model.refused;
    find("[data-do=redo]").disabled = !redo || Boolean(model.refused);
    if (sender.state === "stuck") this.say(true, texts.not_sent, [texts.send_again, () => sender.again()]);
    else if (model.refused) this.say(true, `${texts.not_saved} ${model.refused.problem}. ${model.refused.fix}`, [texts.go_back, () => model.goBack()]);
    else if (this.newer) this.say(true, this.lost ? `${this.newer} ${texts.lost}` : this.newer, [texts.keep_newer, () => this.settle(false)], this.lost ? [texts.use_mine, () => this.settle(true)] : null);
    else this.say(false, sender.state === "saving" ? texts.saving : model.result.last ? texts.saved : texts.untouched);
  }

  say(warns, words, first = null, second = null) {
    const { find } = this.player, note = find(".told");
    find(".saving").classList.toggle("warn", warns);
    if (note.textContent !== words) note.textContent = words;
    for (const [place, offer] of [[".first", first], [".second", second]]) {
      const node = find(`.saving ${place}`);
      node.hidden = !offer;
      node.textContent = offer?.[0] ?? "";
      node.onclick = offer?.[1] ?? null;
    }
  }
}
