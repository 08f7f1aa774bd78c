// What the person hears: recorded prompts one after the other, tones, or the browser's own voice.

const LAST = "stop";                      // waits for no other prompt, and none comes after it
const READING_MS_PER_LETTER = 70;         // how long a text stays that nothing can speak
const SPEAKING_EVERY_MS = 500;            // the guide waits as long as it hears that something is being said
const OVERDUE_MS = 1500;                  // a sound that has not ended this long after its time never will

const TONES = ["hold", "done", "mark_on", "mark_off"];

class Sound {
  constructor(data, { onSpeaking, onSpoken }) {
    Object.assign(this, { data, onSpeaking, onSpoken });
    this.own = false;                     // whether the browser's voice speaks
    this.buffers = new Map();
    this.begin();
  }

  // Each take counts its prompts from 1, and may be stopped once.
  begin() {
    this.silence();
    this.heard = 0;                       // the highest id said so far: nothing is said twice
    this.stopped = false;
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
      if (this.stopped) continue;
      if (item.key === LAST) {
        this.silence();
        this.stopped = true;
      }
      this.waiting = item;                // what has had to wait until now would be out of date
    }
    if (!this.playing) this.next();
  }

  get quiet() { return !this.playing && !this.waiting; }

  silence() {
    this.waiting = null;
    const playing = this.playing;
    this.playing = null;
    playing?.over();
    playing?.stop();
  }

  next() {
    const item = this.waiting;
    this.waiting = null;
    if (!item) return;
    const telling = setInterval(() => this.onSpeaking(item.key), SPEAKING_EVERY_MS);
    this.onSpeaking(item.key);            // the guide waits until it has heard of each
    const speech = { stop: () => {}, over: () => { clearInterval(telling); clearTimeout(speech.overdue); } };
    this.playing = speech;
    const ended = () => {
      if (this.playing !== speech) return;
      this.playing = null;
      speech.over();
      this.onSpoken(item.key);
      this.next();
    };
    const voice = Sound.voiceFor(this.data.language);
    const buffer = this.buffers.get(`${this.data.language}/${item.key}`);
    const recorded = buffer && !(this.own && voice);
    const longest_ms = recorded ? buffer.duration * 1000 : 2 * item.text.length * READING_MS_PER_LETTER;
    speech.overdue = setTimeout(() => {
      const { stop } = speech;
      speech.stop = () => {};
      stop();                             // before the next one begins: a voice stops whatever it says
      ended();
    }, longest_ms + OVERDUE_MS);
    if (recorded) this.playBuffer(buffer, speech, ended);
    else if (voice) this.speak(item.text, voice, speech, ended);
    else {
      const timer = setTimeout(ended, item.text.length * READING_MS_PER_LETTER);
      speech.stop = () => clearTimeout(timer);
    }
  }

  playBuffer(buffer, speech, ended) {
    this.context.resume();                // a call or a sleep may have held it up
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
