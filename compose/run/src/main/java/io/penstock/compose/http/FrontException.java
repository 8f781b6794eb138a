package io.penstock.compose.http;

/** A call of the front did not succeed. The message says why, and what remedies it. */
public abstract sealed class FrontException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private FrontException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Nothing answered, or not in time. */
  public static final class Unreachable extends FrontException {

    private static final long serialVersionUID = 1;

    Unreachable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The front answered with an error. */
  public static final class Refused extends FrontException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    Refused(int status, String code, String message) {
      super(message, null);
      this.status = status;
      this.code = code;
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }

    /** The stable name of the error; empty if it has none. */
    public String code() {
      return code;
    }
  }
}
