package io.penstock.compose.access;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** Kafka does not let this process do what one of its roles needs. */
public final class MissingRightsException extends IllegalStateException {

  @Serial private static final long serialVersionUID = 1L;

  private static final int MOST_NAMED = 6;

  MissingRightsException(AccessRole role, List<Right> missing) {
    super(message(role, missing));
  }

  private static String message(AccessRole role, List<Right> missing) {
    String named =
        missing.stream().limit(MOST_NAMED).map(Right::toString).collect(Collectors.joining(", "));
    int others = missing.size() - MOST_NAMED;
    return "Kafka does not permit what %s needs: %s%s; have somebody who may grant it with 'penstock acls apply --role %s --principal User:NAME', where NAME is the user that this process logs in as"
        .formatted(role, named, others > 0 ? " and %d more".formatted(others) : "", role);
  }
}
