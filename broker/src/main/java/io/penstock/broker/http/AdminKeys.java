package io.penstock.broker.http;

import io.penstock.broker.home.ChangeTurn;
import io.penstock.broker.home.HomeWrites;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyDocument;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Writes API keys, each at its home. Safe for use by many threads. */
public final class AdminKeys {

  private static final String PREFIX = "key_";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(5);

  private final ChangeTurn turn = new ChangeTurn();
  private final HomeWrites homes;
  private final Supplier<ApiKeys> keys;

  /** Keys that were removed, until that is followed. An id never comes back. */
  private final Set<String> removed = new HashSet<>();

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

  /** Keeps a new key, and returns when this instance knows it. */
  void add(ApiKey key) throws InterruptedException {
    var _ = turn.take(() -> put(key));
  }

  /**
   * Changes a key as it is now, and returns when this instance knows the change. Changes and
   * removals take turns, so that none brings back what another has removed.
   *
   * @return the key as it is from now on; empty if there is none
   */
  Optional<ApiKey> change(String id, UnaryOperator<ApiKey> change) throws InterruptedException {
    return turn.take(
        () -> {
          Optional<ApiKey> changed = current(id).map(change);
          return changed.isPresent() ? Optional.of(put(changed.get())) : changed;
        });
  }

  private Optional<ApiKey> current(String id) {
    removed.removeIf(each -> keys.get().byId(each).isEmpty());
    return keys.get().byId(id).filter(key -> !removed.contains(key.id()));
  }

  private ApiKey put(ApiKey key) throws InterruptedException {
    homes.put(KeyDocument.write(key));
    await(() -> keys.get().byId(key.id()).equals(Optional.of(key)));
    return key;
  }

  /**
   * Removes a key, and returns when this instance refuses it.
   *
   * @return whether there was such a one
   */
  boolean remove(String id) throws InterruptedException {
    return turn.take(() -> removeNow(id));
  }

  private boolean removeNow(String id) throws InterruptedException {
    if (current(id).isEmpty()) {
      return false;
    }
    homes.remove(KeyDocument.KIND, id);
    removed.add(id);
    await(() -> keys.get().byId(id).isEmpty());
    return true;
  }

  /** The follower of the topic knows it within milliseconds, and other instances do as well. */
  private static void await(BooleanSupplier known) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!known.getAsBoolean() && System.nanoTime() - until < 0) {
      Thread.sleep(LOOK);
    }
  }
}
