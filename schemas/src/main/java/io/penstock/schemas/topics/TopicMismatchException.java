package io.penstock.schemas.topics;

import java.util.List;
import java.util.stream.Collectors;

/** Topics exist with another number of partitions than the settings say. Trying again is no use. */
public final class TopicMismatchException extends RuntimeException {

  /**
   * One topic that differs.
   *
   * @param found partitions that it has
   * @param wanted partitions that the settings give it
   */
  public record Mismatch(String topic, int found, int wanted) {}

  private final transient List<Mismatch> mismatches;

  public TopicMismatchException(List<Mismatch> mismatches) {
    super(describe(mismatches));
    this.mismatches = List.copyOf(mismatches);
  }

  public List<Mismatch> mismatches() {
    return mismatches;
  }

  private static String describe(List<Mismatch> mismatches) {
    return mismatches.stream()
        .map(
            mismatch ->
                "topic %s has %d partitions, the settings want %d"
                    .formatted(mismatch.topic(), mismatch.found(), mismatch.wanted()))
        .collect(
            Collectors.joining(
                "; ",
                "",
                ". Partition counts are fixed at creation: set the counts of partitions to what"
                    + " exists, choose another topic prefix, or delete the topics once they are"
                    + " empty."));
  }
}
