package io.penstock.compose.bench.protocol;

/**
 * Names requests so that their number can be told from their id: {@code r17}, and {@code b18.3} for
 * the third line of the batch whose first line has the number 18.
 */
final class RequestIds {

  private static final int TENANTS = 4;

  private RequestIds() {}

  static String plain(int number) {
    return "r" + number;
  }

  static String batch(int firstNumber) {
    return "b" + firstNumber;
  }

  /** The number of a request, from 0. */
  static int number(String id) {
    if (id.charAt(0) == 'r') {
      return Integer.parseInt(id, 1, id.length(), 10);
    }
    int dot = id.indexOf('.');
    return Integer.parseInt(id, 1, dot, 10) + Integer.parseInt(id, dot + 1, id.length(), 10) - 1;
  }

  static String tenant(int number) {
    return "tenant-" + number % TENANTS;
  }
}
