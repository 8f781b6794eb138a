package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.home.Blocked;
import io.penstock.broker.home.HomeWrites;
import io.penstock.broker.home.MemoryHome;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyDocument;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.broker.tenants.KeySecret;
import io.penstock.broker.tenants.Role;
import io.penstock.schemas.ServiceClass;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdminKeysTest {

  private final MemoryHome home = new MemoryHome();
  private final AdminKeys keys =
      new AdminKeys(new HomeWrites(new OneHome(), _ -> Optional.of(home)), this::followed);

  @Test
  void aKeyThatIsRevokedWhileItIsChangedDoesNotComeBack() throws Exception {
    keys.add(key("a key"));
    CountDownLatch changing = new CountDownLatch(1);
    Thread[] revoking = new Thread[1];

    keys.change(
        "key_1",
        key -> {
          revoking[0] = Thread.ofPlatform().start(() -> revoke(changing));
          Blocked.await(changing, revoking[0]);
          return key("another name");
        });
    revoking[0].join();

    assertThat(keys.keys().all()).isEmpty();
  }

  @Test
  void aKeyThatWasRevokedCannotBeChangedOrRevokedAgain() throws Exception {
    keys.add(key("a key"));

    assertThat(keys.remove("key_1")).isTrue();

    assertThat(keys.remove("key_1")).isFalse();
    assertThat(keys.change("key_1", _ -> key("another name"))).isEmpty();
    assertThat(home.size()).isZero();
  }

  private void revoke(CountDownLatch changing) {
    changing.countDown();
    try {
      boolean _ = keys.remove("key_1");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private ApiKeys followed() {
    ApiKeys all = new ApiKeys();
    all.replace(
        home.taken().entries().stream().map(each -> KeyDocument.read(each.document())).toList());
    return all;
  }

  private static ApiKey key(String name) {
    return new ApiKey(
        "key_1",
        name,
        Role.TENANT,
        KeySecret.hash("secret"),
        "acme",
        ServiceClass.STANDARD,
        KeyLimits.NONE,
        Instant.parse("2026-11-30T12:00:00Z"),
        Optional.empty());
  }
}
