package io.penstock.schemas.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.util.List;

/** Numbers at their ends, and any other. */
final class FuzzedNumbers {

  private static final List<Long> LONGS =
      List.of(
          0L,
          1L,
          -1L,
          (long) Integer.MAX_VALUE,
          (long) Integer.MIN_VALUE,
          Integer.MAX_VALUE + 1L,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          Long.MAX_VALUE / 2 + 1,
          Long.MAX_VALUE / 1_000,
          Long.MIN_VALUE / 1_000,
          253_402_300_800_000_000L);

  private static final List<Double> DOUBLES =
      List.of(
          0.0,
          -0.0,
          1.0,
          -1.0,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.MAX_VALUE,
          -Double.MAX_VALUE,
          Double.MIN_VALUE,
          1e18);

  private FuzzedNumbers() {}

  static long longFrom(FuzzedDataProvider data) {
    return data.consumeBoolean() ? data.pickValue(LONGS) : data.consumeLong();
  }

  static int intFrom(FuzzedDataProvider data) {
    return (int) longFrom(data);
  }

  static double doubleFrom(FuzzedDataProvider data) {
    return data.consumeBoolean() ? data.pickValue(DOUBLES) : data.consumeDouble();
  }
}
