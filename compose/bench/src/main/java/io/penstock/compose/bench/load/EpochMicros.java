package io.penstock.compose.bench.load;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Time stamps as the contracts have them: microseconds since 1970 by this machine's clock. */
public final class EpochMicros {

  private EpochMicros() {}

  public static long now() {
    return of(Instant.now());
  }

  public static long of(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
