package io.penstock.broker.http;

import io.penstock.broker.home.HomeWrites;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyDocument;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Writes API keys, each at its home. Safe for use by many threads. */
public final class AdminKeys {

  private static final String PREFIX = "key_";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(5);

  private final HomeWrites homes;
  private final Supplier<ApiKeys> keys;

  /**
   * @param keys as they are followed
   */
  public AdminKeys(HomeWrites homes, Supplier<ApiKeys> keys) {
    this.homes = homes;
    this.keys = keys;
  }

  /** All keys, as this instance knows them. */
  public ApiKeys keys() {
    return keys.get();
  }

  /** A new id, at home here. */
  String newId() {
    return homes.newId(PREFIX);
  }

  /** Keeps a key, and returns when this instance knows it as it is now. */
  void put(ApiKey key) throws InterruptedException {
    homes.put(KeyDocument.write(key));
    await(() -> keys.get().byId(key.id()).equals(Optional.of(key)));
  }

  /** Removes a key, and returns when this instance refuses it. */
  void remove(String id) throws InterruptedException {
    homes.remove(KeyDocument.KIND, id);
    await(() -> keys.get().byId(id).isEmpty());
  }

  /** The follower of the topic knows it within milliseconds, and other instances do as well. */
  private static void await(BooleanSupplier known) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!known.getAsBoolean() && System.nanoTime() - until < 0) {
      Thread.sleep(LOOK);
    }
  }
}
