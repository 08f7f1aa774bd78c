// What the person hears: recorded prompts one after the other, tones, or the browser's own voice.

const INTERRUPTING = "stop";              // this prompt waits for no other
const READING_MS_PER_LETTER = 70;         // how long a text stays that nothing can speak

const TONES = ["hold", "done", "mark_on", "mark_off"];

class Sound {
  constructor(data, onSpoken) {
    this.data = data;
    this.onSpoken = onSpoken;
    this.own = false;                     // whether the browser's voice speaks
    this.buffers = new Map();
    this.waiting = [];
    this.playing = null;
    this.heard = 0;                       // the highest id said so far: nothing is said twice
  }

  // Has to be called from a click: browsers let no page make a sound before one.
  unlock() {
    this.context ??= new AudioContext();
    this.context.resume();
    const names = [...this.data.voice.keys.map((key) => `${this.data.language}/${key}`),
      ...TONES.map((name) => `tones/${name}`)];
    this.loaded ??= Promise.all(names.map((name) => this.load(name)));
  }

  async load(name) {
    try {
      const answer = await fetch(`${this.data.voice.base}${name}.mp3`);
      if (answer.ok) this.buffers.set(name, await this.context.decodeAudioData(await answer.arrayBuffer()));
    } catch { /* the prompt is then spoken by the browser, or shown only */ }
  }

  static voiceFor(language) {
    const voices = globalThis.speechSynthesis?.getVoices() ?? [];
    return voices.find((voice) => voice.localService && voice.lang.toLowerCase().startsWith(language));
  }

  say(items) {
    for (const item of items) {
      if (item.id !== undefined && item.id <= this.heard) continue;
      this.heard = Math.max(this.heard, item.id ?? 0);
      if (item.key === INTERRUPTING) this.silence();
      this.waiting.push(item);
    }
    if (!this.playing) this.next();
  }

  get quiet() { return !this.playing && this.waiting.length === 0; }

  silence() {
    this.waiting = [];
    const playing = this.playing;
    this.playing = null;
    playing?.stop();
  }

  next() {
    const item = this.waiting.shift();
    if (!item) return;
    const speech = { stop: () => {} };
    this.playing = speech;
    const ended = () => {
      if (this.playing !== speech) return;
      this.playing = null;
      this.onSpoken(item.key);
      this.next();
    };
    const voice = Sound.voiceFor(this.data.language);
    const buffer = this.buffers.get(`${this.data.language}/${item.key}`);
    if (buffer && !(this.own && voice)) this.playBuffer(buffer, speech, ended);
    else if (voice) this.speak(item.text, voice, speech, ended);
    else {
      const timer = setTimeout(ended, item.text.length * READING_MS_PER_LETTER);
      speech.stop = () => clearTimeout(timer);
    }
  }

  playBuffer(buffer, speech, ended) {
    const node = this.source(buffer);
    node.onended = ended;
    speech.stop = () => node.stop();
    node.start();
  }

  speak(words, voice, speech, ended) {
    const utterance = new SpeechSynthesisUtterance(words);
    Object.assign(utterance, { voice, lang: voice.lang, rate: 0.95, onend: ended, onerror: ended });
    speech.stop = () => speechSynthesis.cancel();
    speechSynthesis.speak(utterance);
  }

  tones(names) {
    for (const name of names) {
      const buffer = this.buffers.get(`tones/${name}`);
      if (buffer) this.source(buffer).start();
    }
  }

  source(buffer) {
    const node = this.context.createBufferSource();
    node.buffer = buffer;
    node.connect(this.context.destination);
    return node;
  }

  close() {
    this.silence();
    this.context?.close();
  }
}
