// What was answered about each phase and the head lift: a therapist may put it right, or add it.

class AnswerForm {
  constructor(player) { this.player = player; }

  get told() {
    const { model, data } = this.player;
    return model.state.responses ?? data.automatic.responses ?? data.new_responses;
  }

  change(part) { this.player.model.change("change_answers", { responses: { ...this.told, ...part } }); }

  felt(phase, part) {
    const { phases } = this.told, now = phases[phase] ?? this.player.data.new_felt;
    this.change({ phases: { ...phases, [phase]: { ...now, ...part } } });
  }

  nodes() {
    const { player, told } = this, { texts, choices, names, asked } = player.data, { panel, model } = player;
    const rows = make("div", "answers");
    const found = new Set(model.result.phases.map(({ phase }) => phase));
    for (const phase of asked.filter((one) => found.has(one) || told.phases[one])) {
      const felt = told.phases[phase] ?? player.data.new_felt, { name } = names[phase];
      const intensity = choice(`${texts.intensity}, ${name}`, panel.numbers, String(felt.intensity ?? ""), (value) => this.felt(phase, { intensity: value === "" ? null : Number(value) }));
      const familiar = choice(`${texts.familiar}, ${name}`, [["", texts.no_answer], ...choices.familiar], felt.familiar ?? "", (value) => this.felt(phase, { familiar: value || null }));
      intensity.dataset.key = `felt-${phase}`;
      familiar.dataset.key = `known-${phase}`;
      rows.append(make("span", "", name), intensity, familiar);
    }
    const lift = panel.chosen(texts.head_lift_change, [["", texts.no_answer], ...choices.head_lift_change], told.head_lift_change ?? "", (value) => this.change({ head_lift_change: value || null }), "lift");
    return [make("h3", "", texts.answers), make("p", "small", texts.answers_note), rows, lift];
  }
}
