package io.penstock.compose.input;

/** Says why bytes are not the JSON object that they should be, in terms of the input. */
public final class JsonFault extends Exception {

  private final boolean otherValue;
  private final int openContainers;

  private JsonFault(String message, boolean otherValue, int openContainers) {
    super(message);
    this.otherValue = otherValue;
    this.openContainers = openContainers;
  }

  /** Bytes that are no JSON. */
  static JsonFault syntax(String message) {
    return new JsonFault(message, false, 0);
  }

  /**
   * Bytes that end too early.
   *
   * @param openContainers how many objects and arrays are open at their end, 1 or more
   */
  static JsonFault cutOff(int openContainers) {
    return new JsonFault("it ends before its last bracket is closed", false, openContainers);
  }

  /** JSON that is something else than an object. */
  static JsonFault otherValue(JsonScanner.Kind kind) {
    return new JsonFault("it is %s, not a JSON object".formatted(kind), true, 0);
  }

  /** Returns whether it is valid JSON, but no object. */
  public boolean isOtherValue() {
    return otherValue;
  }

  int openContainers() {
    return openContainers;
  }
}
