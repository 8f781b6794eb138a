package io.penstock.compose.operations;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;

/**
 * The answer of {@code /health/ready} and {@code /health/live}: all is well if every part is.
 *
 * @param checks every part's state
 */
record HealthReport(List<Part> checks) {

  /** Tells whether a part, or the whole, is well. */
  enum Status {
    UP,
    DOWN
  }

  /**
   * One part's state.
   *
   * @param name the part
   * @param reason what is wrong with it, if anything
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Part(String name, @JsonInclude(JsonInclude.Include.NON_EMPTY) String reason) {

    @JsonProperty
    Status status() {
      return reason.isEmpty() ? Status.UP : Status.DOWN;
    }
  }

  static HealthReport of(List<HealthCheck> checks) {
    return new HealthReport(checks.stream().map(HealthReport::run).toList());
  }

  static boolean isUp(HealthCheck check) {
    return run(check).status() == Status.UP;
  }

  private static Part run(HealthCheck check) {
    return new Part(check.name(), problem(check).orElse(""));
  }

  private static Optional<String> problem(HealthCheck check) {
    try {
      return check.problem().get();
    } catch (RuntimeException e) {
      return Optional.of("its check failed: " + e);
    }
  }

  @JsonProperty
  Status status() {
    return checks.stream().allMatch(part -> part.status() == Status.UP) ? Status.UP : Status.DOWN;
  }
}
