package io.penstock.streams.runtime;

import java.util.Set;

/** A job has state, and no longer knows how far it has read: only an operator can say what now. */
public final class LostPositionsException extends RuntimeException {

  /**
   * Says which job lost its positions.
   *
   * @param application the job's application id, which is its consumer group
   * @param partitions where positions are gone
   */
  public LostPositionsException(String application, Set<Integer> partitions) {
    super(
        "%s has worked before, but Kafka no longer knows how far it has read in partitions %s: its"
                .formatted(application, partitions)
            + " consumer group was deleted, or away for longer than offsets.retention.minutes."
            + " Set the group's offsets with kafka-consumer-groups.sh --reset-offsets --to-datetime"
            + " to when it stopped, or start with --begin-anew to read everything again that is"
            + " kept; requests whose ids are remembered are not run again");
  }
}
