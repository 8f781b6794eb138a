package io.penstock.broker.tenants;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the holder of a key may call. Spelled in lower case. */
public enum Role {
  /** The paths under {@code /v1}, for the key's tenant. */
  TENANT,
  /** The paths under {@code /admin}, and no others. */
  ADMIN;

  private final String spelling = name().toLowerCase(Locale.ROOT);

  /** The role of this spelling. */
  public static Optional<Role> of(String spelling) {
    return Arrays.stream(values()).filter(role -> role.spelling.equals(spelling)).findFirst();
  }

  @Override
  public String toString() {
    return spelling;
  }
}
