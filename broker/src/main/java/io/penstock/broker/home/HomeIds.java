package io.penstock.broker.home;

import java.util.UUID;
import java.util.function.IntFunction;

/** Makes ids for a home that is given. */
public final class HomeIds {

  /** A home is met by chance; with so many tries it is, whatever the number of partitions. */
  private static final int TRIES = 100_000;

  private HomeIds() {}

  /** A new id with this home. */
  public static String random(Homes homes, int home, String prefix) {
    return first(homes, home, _ -> prefix + UUID.randomUUID().toString().replace("-", ""));
  }

  /**
   * The first of some ids that has this home.
   *
   * @param ids gives the id of each try
   * @throws NoHomeException if none has
   */
  public static String first(Homes homes, int home, IntFunction<String> ids) {
    for (int tries = 0; tries < TRIES; tries++) {
      String id = ids.apply(tries);
      if (homes.of(id) == home) {
        return id;
      }
    }
    throw new NoHomeException();
  }
}
