package io.penstock.streams.runtime;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.ThreadMetadata;

/** Translates a state of Kafka Streams for those who wait for a job. */
public final class StreamsState {

  private StreamsState() {}

  /** Returns what keeps the job from its work, as the end of a sentence that begins with it. */
  public static Optional<String> problem(KafkaStreams.State state) {
    return switch (state) {
      case RUNNING -> Optional.empty();
      case ERROR -> Optional.of("it has ended after an error; see the log and restart the process");
      case CREATED, REBALANCING, PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR ->
          Optional.of("it does not have its partitions");
    };
  }

  /**
   * Returns why the job has ended for good, if it has, or that it has no thread left to work with,
   * as the end of a sentence that begins with it.
   */
  public static Optional<String> failure(KafkaStreams streams) {
    KafkaStreams.State state = streams.state();
    if (state == KafkaStreams.State.ERROR) {
      return Optional.of("has ended after an error");
    }
    if (!state.isRunningOrRebalancing()) {
      return Optional.empty();
    }
    List<String> threads =
        streams.metadataForLocalThreads().stream().map(ThreadMetadata::threadState).toList();
    return isLost(threads) ? Optional.of("has lost its threads") : Optional.empty();
  }

  /** Streams calls itself running, too, when the last thread died and could not be replaced. */
  static boolean isLost(List<String> threads) {
    return threads.stream().allMatch("DEAD"::equals);
  }
}
