package io.penstock.streams.score.identity;

import io.penstock.schemas.ServiceClass;

/**
 * The place of a record in the requests topics. The same record, read again, has the same origin.
 */
public record Origin(ServiceClass serviceClass, int partition, long offset) {

  String text() {
    return serviceClass.name() + ' ' + partition + ' ' + offset;
  }

  /**
   * @throws IllegalArgumentException if the text is of no origin
   */
  static Origin parse(String text) {
    String[] parts = text.split(" ", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("'%s' is no origin".formatted(text));
    }
    return new Origin(
        ServiceClass.valueOf(parts[0]), Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
  }
}
