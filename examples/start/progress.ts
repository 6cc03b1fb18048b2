import * as keras from "kerasm/keras";

/** How far a training has come; a checkpoint keeps it beside the weights. */
export class Progress {
  /** Whole epochs behind. */
  epochs = 0;
  /** Images seen in an epoch that was left. */
  images = 0;
  /** Epochs before the present training, which may have been left several times, and after it. */
  begun = 0;
  goal = 0;

  constructor(
    readonly imagesPerEpoch: number,
    readonly batchSize: number,
  ) {}

  /** Says how many epochs a training has; one that is finished is followed by the next. */
  plan(epochs: number): void {
    if (this.epochs >= this.goal) this.begun = this.epochs;
    this.goal = this.begun + epochs;
  }

  get isFinished(): boolean {
    return this.epochs >= this.goal;
  }

  step(): void {
    this.images = Math.min(this.images + this.batchSize, this.imagesPerEpoch);
  }

  /** Whether the present epoch has seen all images. */
  get isEpochDone(): boolean {
    return this.images >= this.imagesPerEpoch;
  }

  endEpoch(): void {
    this.epochs++;
    this.images = 0;
  }

  /** The batches that are left of the epoch, with their number. */
  restOf<T>(data: AsyncIterable<T>): AsyncIterable<T> & { cardinality(): number } {
    const left = Math.ceil((this.imagesPerEpoch - this.images) / this.batchSize);
    return { cardinality: () => left, [Symbol.asyncIterator]: () => data[Symbol.asyncIterator]() };
  }

  saveState() {
    const { epochs, images, begun, goal } = this;
    return { epochs, images, begun, goal };
  }

  loadState(state: ReturnType<Progress["saveState"]>): void {
    Object.assign(this, state);
  }

  toString(): string {
    const part = this.images === 0 ? "" : ` and ${this.images} images of the next`;
    return `${this.epochs} ${this.epochs === 1 ? "epoch" : "epochs"}${part}`;
  }
}

/** Counts steps, saves after each epoch, and ends the training where it stands when it is interrupted. */
export class Keeper extends keras.callbacks.Callback {
  /** Set by Ctrl-C. */
  interrupted = false;

  constructor(
    readonly progress: Progress,
    /** Steps after which the training is interrupted. */
    private steps: number,
    readonly save: () => Promise<unknown>,
  ) {
    super();
  }

  override onTrainBatchEnd(): void {
    this.progress.step();
    if (--this.steps <= 0) this.interrupted = true;
    // At the last step of an epoch nothing is left to be gone on with: the epoch ends by itself.
    if (this.interrupted && !this.progress.isEpochDone) this.model.stopTraining = true;
  }

  override async onEpochEnd(): Promise<void> {
    if (this.progress.isEpochDone) this.progress.endEpoch();
    if (this.interrupted) this.model.stopTraining = true;
    await this.save();
  }
}
