package io.penstock.schemas.client;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.client.PenstockClientException.Closed;
import io.penstock.schemas.client.PenstockClientException.FirstResultMissing;
import io.penstock.schemas.client.PenstockClientException.IdConflict;
import io.penstock.schemas.client.PenstockClientException.ResultTimeout;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.serde.RegistryUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the reply topic from the moment of opening, completes what is pending and gives up what is
 * late. After opening, the consumer belongs to the one thread that runs this.
 */
final class ReplyReader implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ReplyReader.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration OPENING = Duration.ofSeconds(30);

  private final String topic;
  private final Consumer<String, byte[]> consumer;
  private final Deserializer<InferenceResult> results;
  private final PendingRequests pending;
  private final FirstResults firstResults;
  private final Clock clock;
  private final Executor completions;

  private volatile boolean running = true;
  private volatile @Nullable RuntimeException failure;

  /**
   * @param completions runs the users' continuations and looks first results up, so that none of
   *     them holds up the reading
   */
  ReplyReader(
      String topic,
      Consumer<String, byte[]> consumer,
      Deserializer<InferenceResult> results,
      PendingRequests pending,
      FirstResults firstResults,
      Clock clock,
      Executor completions) {
    this.topic = topic;
    this.consumer = consumer;
    this.results = results;
    this.pending = pending;
    this.firstResults = firstResults;
    this.clock = clock;
    this.completions = completions;
  }

  /** Fixes the position at the topic's end: every result written from now on is seen. */
  void open() {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic, OPENING).stream()
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new IllegalArgumentException(
          "reply topic %s does not exist; create it first".formatted(topic));
    }
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    // Seeking is lazy; asking for the position is what does it.
    partitions.forEach(partition -> consumer.position(partition, OPENING));
  }

  @Override
  public void run() {
    try {
      while (running) {
        poll();
      }
    } catch (WakeupException stopped) {
      LOG.debug("Stopped reading {}", topic);
    } catch (RuntimeException failed) {
      LOG.error("Cannot read results from {} any more", topic, failed);
      fail(failed);
    } catch (Error failed) {
      // Nobody may wait for a result that no thread will read.
      LOG.error("Cannot read results from {} any more", topic, failed);
      fail(new IllegalStateException("the thread that reads results failed: " + failed, failed));
      throw failed;
    } finally {
      consumer.close();
    }
  }

  /** One round: whatever has arrived, then whatever is late. */
  void poll() {
    try {
      for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
        accept(each);
      }
    } catch (RetriableException passing) {
      LOG.warn("Reading results from {} failed, trying again: {}", topic, passing.toString());
    }
    expire();
  }

  void stop() {
    running = false;
    consumer.wakeup();
  }

  /** Returns why no more results will come, if so. */
  Optional<RuntimeException> failure() {
    return Optional.ofNullable(failure);
  }

  private void fail(RuntimeException failed) {
    failure = failed;
    for (PendingRequests.Pending each : pending.takeAll()) {
      completions.execute(
          () -> each.future().completeExceptionally(new Closed(each.id(), topic, failed)));
    }
  }

  private void accept(ConsumerRecord<String, byte[]> each) {
    // On a shared topic most results are others': those are not even decoded.
    if (each.key() == null || each.value() == null || !pending.awaits(each.key())) {
      return;
    }
    decode(each)
        .ifPresent(
            result ->
                pending
                    .find(result.getTenant(), result.getId())
                    .filter(waiting -> concerns(waiting, result))
                    .filter(pending::take)
                    .ifPresent(taken -> completions.execute(() -> complete(taken, result))));
  }

  /**
   * Returns whether a record answers this submission. A refusal of one that the log took later does
   * not: somebody else then used the id of this request, which still waits for its own result.
   */
  private static boolean concerns(PendingRequests.Pending waiting, InferenceResult result) {
    boolean refusesALaterOne =
        result.getRepetition().filter(Repetition.CONFLICT::equals).isPresent()
            && waiting.appendedAt().filter(result.getAcceptedAt()::isAfter).isPresent();
    return !refusesALaterOne;
  }

  private void complete(PendingRequests.Pending taken, InferenceResult result) {
    switch (result.getRepetition().orElse(null)) {
      case null ->
          taken.future().complete(answersAnEarlierOne(taken, result) ? repeated(result) : result);
      case CONFLICT -> taken.future().completeExceptionally(new IdConflict(result));
      case SAME -> completeWithFirst(taken, result);
    }
  }

  /** The first one still ran, and its result answers both: the log took it before this one. */
  private static boolean answersAnEarlierOne(
      PendingRequests.Pending taken, InferenceResult result) {
    return taken.appendedAt().filter(result.getAcceptedAt()::isBefore).isPresent();
  }

  private void completeWithFirst(PendingRequests.Pending taken, InferenceResult repetition) {
    try {
      firstResults
          .find(repetition)
          .ifPresentOrElse(
              first -> taken.future().complete(repeated(first)),
              () -> taken.future().completeExceptionally(new FirstResultMissing(repetition, null)));
    } catch (RuntimeException failed) {
      taken.future().completeExceptionally(new FirstResultMissing(repetition, failed));
    }
  }

  private static InferenceResult repeated(InferenceResult first) {
    return InferenceResult.newBuilder(first).setRepetition(Repetition.SAME).build();
  }

  private Optional<InferenceResult> decode(ConsumerRecord<String, byte[]> each) {
    while (running) {
      try {
        return Optional.of(results.deserialize(topic, each.value()));
      } catch (MalformedRecordException malformed) {
        LOG.warn(
            "Ignoring an unreadable record of {}-{} at offset {}: {}",
            topic,
            each.partition(),
            each.offset(),
            malformed.getMessage());
        return Optional.empty();
      } catch (RegistryUnavailableException away) {
        LOG.warn("Waiting for the schema registry to read a result: {}", away.getMessage());
        expire();
        pause();
      }
    }
    return Optional.empty();
  }

  private void expire() {
    for (PendingRequests.Pending each : pending.takeExpired(clock.instant())) {
      completions.execute(
          () -> each.future().completeExceptionally(new ResultTimeout(each.id(), topic)));
    }
  }

  private static void pause() {
    try {
      Thread.sleep(POLL);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    }
  }
}
