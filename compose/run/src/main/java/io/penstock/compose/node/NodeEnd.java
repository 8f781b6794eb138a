package io.penstock.compose.node;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The reason for which a process has nothing left to do, or cannot do all of its work any more. */
public sealed interface NodeEnd {

  /** An operator has had everything that ran here ended. */
  record Drained() implements NodeEnd {}

  /**
   * A part has failed for good; a new process is needed.
   *
   * @param why which and why, a sentence without its full stop
   */
  record Failed(String why) implements NodeEnd {}

  /**
   * Returns what follows from the parts that have ended. One that failed ends the process, so that
   * whoever watches it starts another. One that was asked to end does so only if it was the last:
   * the others are not to stop because a worker was drained.
   */
  static Optional<NodeEnd> of(Set<Role> roles, List<RoleEnd> ended) {
    String failures =
        ended.stream()
            .flatMap(end -> end.failure().map(why -> end.role() + " " + why).stream())
            .collect(Collectors.joining("; "));
    if (!failures.isEmpty()) {
      return Optional.of(new Failed(failures));
    }
    Set<Role> gone = ended.stream().map(RoleEnd::role).collect(Collectors.toSet());
    return gone.containsAll(roles) ? Optional.of(new Drained()) : Optional.empty();
  }
}
