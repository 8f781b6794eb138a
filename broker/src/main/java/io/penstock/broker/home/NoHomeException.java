package io.penstock.broker.home;

/** This instance owns no partition at the moment, so it can give out no id. */
public final class NoHomeException extends HomeException {

  private static final long serialVersionUID = 1;

  public NoHomeException() {
    super("this instance owns no partition of the results topic yet; try again in a moment");
  }
}
