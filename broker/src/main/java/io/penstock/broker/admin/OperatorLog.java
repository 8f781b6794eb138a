package io.penstock.broker.admin;

import io.penstock.broker.following.Patience;
import io.penstock.broker.following.TopicScan;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.client.RequestSender;
import io.penstock.schemas.topics.TopicNames;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * The topics that operators read and the commands that they write. Each call blocks. Safe for use
 * by many threads.
 */
public final class OperatorLog {

  private final TopicScan scan;
  private final RequestSender sender;
  private final TopicNames names;

  public OperatorLog(TopicScan scan, RequestSender sender, TopicNames names) {
    this.scan = scan;
    this.sender = sender;
    this.names = names;
  }

  TopicNames names() {
    return names;
  }

  /** Passes the workers' heartbeats since then. */
  void heartbeats(Instant since, TopicScan.Visitor<WorkerDemand> visitor) {
    scan.read(names.demand(), WorkerDemand.class, since, visitor);
  }

  /** Passes dead letters since then. */
  void letters(Instant since, TopicScan.Visitor<DeadLetter> visitor) {
    scan.read(names.deadLetters(), DeadLetter.class, since, visitor);
  }

  /**
   * Passes results since then, each of them, repetitions included.
   *
   * @return how many could not be read
   * @throws io.penstock.broker.following.SlowScanException if that takes longer
   */
  long results(Instant since, Patience patience, Consumer<InferenceResult> taker) {
    return scan.read(
        names.results(),
        InferenceResult.class,
        since,
        patience,
        found -> taker.accept(found.value()));
  }

  /** Passes judgements of results likewise. */
  long feedback(Instant since, Patience patience, Consumer<Feedback> taker) {
    return scan.read(
        names.feedback(), Feedback.class, since, patience, found -> taker.accept(found.value()));
  }

  /** The dead letter at this place; empty if it is kept no longer. */
  Optional<DeadLetter> letter(int partition, long offset) {
    return scan.at(names.deadLetters(), DeadLetter.class, partition, offset);
  }

  /** Asks a worker to take no more requests and to stop when it has finished what it has. */
  void drain(String workerId, String reason) {
    sender.drain(workerId, reason).join();
  }

  /**
   * Sends a request again.
   *
   * @throws IllegalArgumentException naming what is wrong with it
   */
  void send(InferenceRequest request, ResultFormat format) {
    try {
      sender.sendWanting(request, format).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof IllegalArgumentException wrong) {
        throw wrong;
      }
      throw failed;
    }
  }
}
