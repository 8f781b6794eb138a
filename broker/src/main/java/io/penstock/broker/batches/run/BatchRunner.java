package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputRequest;
import io.penstock.broker.batches.input.InputRequests;
import io.penstock.broker.batches.input.InputVerdict;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchEffect;
import io.penstock.broker.batches.lifecycle.BatchEvent;
import io.penstock.broker.batches.lifecycle.BatchMachine;
import io.penstock.broker.batches.lifecycle.BatchStatus;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateWriter;
import io.penstock.schemas.InferenceResult;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one batch from a checkpoint on. One thread calls {@link #step}; others may leave results and
 * a cancellation, and look at the batch, at any time.
 *
 * <p>Whatever goes wrong between two checkpoints leaves nothing behind that counts: requests that
 * were fed again are repetitions, and parts that no checkpoint names belong to no file.
 */
public final class BatchRunner {

  private static final int MOST_AT_ONCE = 64;

  private final BatchMachine machine;
  private final BatchInput input;
  private final LineCharges charges;
  private final LongSupplier heardUpTo;
  private final Feeder feeder;
  private final Checkpoints checkpoints;
  private final int partition;
  private final CheckpointPace checkpointPace;
  private final Progress progress;
  private final Queue<ResultRecord> results = new ConcurrentLinkedQueue<>();

  private volatile Batch batch;
  private volatile @Nullable CompletableFuture<Batch> cancellation;
  private volatile Batch saved;
  private long position;
  private boolean resumed;

  /**
   * @param batch its last checkpoint
   * @param runtime what it has in common with others
   * @param writer writes to its home
   * @param heardUpTo the first offset of results in its home that was not left here
   */
  public BatchRunner(
      Batch batch, BatchRuntime runtime, StateWriter writer, LongSupplier heardUpTo, Instant now) {
    this.batch = batch;
    this.saved = batch;
    this.position = batch.resultsOffset();
    this.machine = runtime.machine();
    this.input = new BatchInput(batch.order(), runtime);
    this.charges = new LineCharges(batch.order(), runtime.lineLimits());
    this.heardUpTo = heardUpTo;
    this.progress = new Progress(runtime.freeSlots(), now);
    this.feeder = new Feeder(batch.order(), runtime.gateway(), input::open, this::mayGo);
    this.partition = writer.partition();
    this.checkpoints = new Checkpoints(batch.order(), runtime, writer);
    this.checkpointPace = new CheckpointPace(batch.order().createdAt(), now);
  }

  /** The batch as it is now. It may be ahead of its checkpoint, but an end is one that lasts. */
  public Batch batch() {
    Batch current = batch;
    return current.status().isTerminal() ? saved : current;
  }

  /** Whether it has ended, and a checkpoint says so. */
  public boolean isDone() {
    return saved.status().isTerminal();
  }

  /** When it will be done, by what was seen so far. */
  Optional<Instant> completion(Instant now) {
    return progress.completion(batch, now);
  }

  /** Leaves a record of results; one that is not of this batch is ignored. */
  public void deliver(ResultRecord result) {
    if (batch.order().isAnsweredBy(result.result())) {
      results.add(result);
    }
  }

  /**
   * Leaves the wish to cancel.
   *
   * @return completed with the batch once the wish lasts, or came too late
   */
  public synchronized CompletableFuture<Batch> cancel() {
    CompletableFuture<Batch> asked = cancellation;
    if (asked == null) {
      asked = new CompletableFuture<>();
      cancellation = asked;
      input.unwanted();
    }
    if (isDone()) {
      asked.complete(saved);
    }
    return asked;
  }

  /** Lets a step that judges the input end soon, so that the batch can move. */
  void leave() {
    input.unwanted();
  }

  /**
   * Does what can be done now.
   *
   * @return whether there may be more to do at once
   * @throws HomeLostException if another instance has the batch now
   * @throws IOException if the store or the log failed; the next call goes on from here
   */
  public boolean step(Instant now) throws IOException {
    if (isDone()) {
      return false;
    }
    try {
      return advance(now);
    } catch (IOException failed) {
      // What was to be done after the checkpoint that failed is done by the next call.
      resumed = false;
      throw failed;
    }
  }

  private boolean advance(Instant now) throws IOException {
    CompletableFuture<Batch> cancel = cancellation;
    if (batch.status() == BatchStatus.VALIDATING && cancel == null) {
      Optional<InputVerdict> verdict = input.judge();
      if (verdict.isPresent()) {
        decide(new BatchEvent.Judged(verdict.get()), now);
      }
      return !isDone();
    }
    resume();
    drain(now);
    if (cancel != null) {
      decide(new BatchEvent.CancelAsked(), now);
    }
    decide(new BatchEvent.Tick(), now);
    boolean fed = feed(now);
    giveUp(now);
    saveIfDue(now);
    settle(now);
    if (cancel != null && saved.status() == batch.status()) {
      cancel.complete(saved);
    }
    return fed && !isDone();
  }

  /** Closes what is open. The checkpoint stays as it is. */
  public synchronized void close() throws IOException {
    CompletableFuture<Batch> asked = cancellation;
    if (asked != null && !isDone()) {
      asked.completeExceptionally(new HomeLostException(partition));
    }
    charges.close();
    feeder.close();
  }

  /** What an owner before this one asked for may not have been heard. */
  private void resume() {
    if (!resumed) {
      resumed = true;
      if (batch.status() == BatchStatus.CANCELLING) {
        cancelOutstanding();
      }
    }
  }

  private void drain(Instant now) throws IOException {
    // Asked first: what was left here up to then is in the queue.
    long heard = heardUpTo.getAsLong();
    for (ResultRecord next = results.poll(); next != null; next = results.poll()) {
      int number = batch.order().number(next.result().getId());
      int before = batch.answered().count();
      decide(new BatchEvent.Answered(number, next.result()), now);
      if (batch.answered().count() > before) {
        progress.heard(next.result(), number, batch.fed(), now);
      }
      position = Math.max(position, next.offset() + 1);
      saveIfLarge(now);
    }
    position = Math.max(position, heard);
    progress.upTo(batch, now);
  }

  private boolean feed(Instant now) throws IOException {
    Batch current = batch;
    if (current.status() != BatchStatus.IN_PROGRESS || current.fed() == current.total()) {
      feeder.close();
      return false;
    }
    int room = Math.min(progress.room(current), MOST_AT_ONCE);
    if (room == 0) {
      return false;
    }
    List<Feeder.Fed> handedOver = feeder.feed(current.fedOffset(), current.fed(), room);
    for (Feeder.Fed fed : handedOver) {
      InputRequest request = fed.request();
      switch (fed) {
        case Feeder.Fed.Taken _ -> {
          if (!current.answered().contains(request.number())) {
            progress.fed(request.number(), now);
          }
        }
        case Feeder.Fed.Refused(InputRequest refused, String message) ->
            decide(new BatchEvent.Refused(refused.number(), refused.customId(), message), now);
      }
      decide(new BatchEvent.Fed(request.number(), request.end()), now);
    }
    return !handedOver.isEmpty();
  }

  /** Whether the key's limits let a request go. One that an earlier owner fed may have its line. */
  private boolean mayGo(InputRequest request) {
    return batch.answered().contains(request.number()) || charges.take(request);
  }

  /** Reads the file once more for the names of the requests that get no answer. */
  @SuppressWarnings("ThreadPriorityCheck") // It asks for no order, only for turns.
  private void giveUp(Instant now) throws IOException {
    if (machine.givenUp(batch, now) == 0) {
      return;
    }
    try (InputRequests requests = input.open(0, 0)) {
      for (Optional<InputRequest> next = requests.next();
          next.isPresent() && machine.givenUp(batch, now) > 0;
          next = requests.next()) {
        decide(new BatchEvent.GivenUp(next.get().number(), next.get().customId()), now);
        saveIfLarge(now);
      }
    }
  }

  private void settle(Instant now) throws IOException {
    if (batch.total() > 0 && batch.remaining() == 0 && !batch.status().isTerminal()) {
      save(now);
      checkpoints.sweep(saved);
      decide(new BatchEvent.Settled(), now);
    }
  }

  private void decide(BatchEvent event, Instant now) throws IOException {
    giveBack(event, now);
    BatchMachine.Decision decision = machine.decide(batch, event, now);
    carryOut(decision, now);
  }

  /** Gives back what a request took that has ended; one that ran without an answer took it all. */
  private void giveBack(BatchEvent event, Instant now) {
    switch (event) {
      case BatchEvent.Answered(int number, InferenceResult result) -> {
        if (result.getRepetition().isEmpty()) {
          charges.settle(number, result);
        }
      }
      case BatchEvent.GivenUp(int number, String _) -> {
        if (machine.isGivenUp(batch, number, now)) {
          charges.settle(number, number <= batch.fed() ? Long.MAX_VALUE : 0);
        }
      }
      case BatchEvent.Refused(int number, String _, String _) -> charges.settle(number, 0);
      case BatchEvent.Judged _, BatchEvent.Fed _, BatchEvent.TooLarge _ -> {}
      case BatchEvent.CancelAsked _, BatchEvent.Tick _, BatchEvent.Settled _ -> {}
    }
  }

  private void carryOut(BatchMachine.Decision decision, Instant now) throws IOException {
    batch = decision.batch();
    for (BatchEffect effect : decision.effects()) {
      switch (effect) {
        case BatchEffect.OutputLine(byte[] line) -> checkpoints.output(line);
        case BatchEffect.ErrorLine(byte[] line) -> checkpoints.error(line);
        case BatchEffect.CancelOutstanding() -> cancelOutstanding();
        case BatchEffect.Checkpoint() -> save(now);
      }
    }
  }

  private void cancelOutstanding() {
    Batch current = batch;
    for (int number = current.answered().nextMissing(1);
        number <= current.fed();
        number = current.answered().nextMissing(number + 1)) {
      feeder.cancel(number);
    }
  }

  private void saveIfLarge(Instant now) throws IOException {
    if (checkpointPace.isLarge(checkpoints.bytes())) {
      save(now);
    }
  }

  private void saveIfDue(Instant now) throws IOException {
    if (batch.status() != saved.status() || (checkpointPace.isDue(now) && !batch.equals(saved))) {
      save(now);
    }
  }

  private void save(Instant now) throws IOException {
    long bytes = checkpoints.bytes();
    Batch written;
    try {
      written = checkpoints.write(batch, position, now);
    } catch (Checkpoints.TooLargeException tooLarge) {
      if (BatchMachine.isTooLarge(batch)) {
        throw tooLarge;
      }
      checkpoints.discard();
      carryOut(machine.decide(batch, new BatchEvent.TooLarge(), now), now);
      return;
    }
    checkpointPace.written(bytes, now);
    batch = written;
    saved = written;
  }
}
