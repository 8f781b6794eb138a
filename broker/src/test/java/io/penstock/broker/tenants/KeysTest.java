package io.penstock.broker.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.schemas.ServiceClass;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class KeysTest {

  private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");

  @Test
  void aKeyIsReadAsItWasWrittenAndItsSecretIsNotKept() {
    String secret = KeySecret.next(new SecureRandom());
    ApiKey key = key("key_1", secret, Optional.of(NOW.plusSeconds(60)));

    byte[] document = KeyDocument.write(key).document();

    assertThat(KeyDocument.read(document)).isEqualTo(key);
    assertThat(new String(document, StandardCharsets.UTF_8)).doesNotContain(secret);
  }

  @Test
  void aKeyWithoutARoleIsATenantsAndOneWithAnUnknownRoleIsRefused() {
    ApiKey key = key("key_1", "secret", Optional.empty());
    String document = new String(KeyDocument.write(key).document(), StandardCharsets.UTF_8);

    assertThat(KeyDocument.read(bytes(document.replace("\"role\":\"tenant\",", ""))))
        .isEqualTo(key);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyDocument.read(bytes(document.replace("\"tenant\",", "\"auditor\","))))
        .withMessageContaining("role");
  }

  private static byte[] bytes(String document) {
    return document.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void keysDifferAndHave256Bits() {
    SecureRandom random = new SecureRandom();
    Set<String> keys = new HashSet<>();
    for (int each = 0; each < 1000; each++) {
      keys.add(KeySecret.next(random));
    }

    assertThat(keys).hasSize(1000).allMatch(each -> each.length() == "sk-penstock-".length() + 43);
  }

  @Test
  void onlyTheKeyItselfIsValidAndOnlyUntilItExpires() {
    ApiKeys keys = new ApiKeys();
    keys.replace(List.of(key("key_1", "secret", Optional.of(NOW.plusSeconds(60)))));

    assertThat(keys.valid("secret", NOW)).isPresent();
    assertThat(keys.valid("Secret", NOW)).isEmpty();
    assertThat(keys.valid(KeySecret.hash("secret"), NOW)).isEmpty();
    assertThat(keys.valid("secret", NOW.plusSeconds(60))).isEmpty();
    keys.replace(List.of());
    assertThat(keys.valid("secret", NOW)).isEmpty();
  }

  @Test
  void aKeyIsValidAlsoWhileAllAreReplaced() throws InterruptedException {
    ApiKeys keys = new ApiKeys();
    List<ApiKey> all = new ArrayList<>();
    for (int each = 0; each < 100; each++) {
      all.add(key("key_" + each, "secret" + each, Optional.empty()));
    }
    keys.replace(all);
    AtomicBoolean over = new AtomicBoolean();
    Thread replacing =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!over.get()) {
                    keys.replace(all);
                  }
                });
    int refused = 0;
    for (int each = 0; each < 20_000; each++) {
      refused += keys.valid("secret7", NOW).isPresent() ? 0 : 1;
    }
    over.set(true);
    replacing.join();

    assertThat(refused).isZero();
  }

  @Test
  void aUseIsWrittenDownOnceInAWhile() {
    ApiKeys keys = new ApiKeys();
    List<Instant> written = new ArrayList<>();
    KeyUses uses = new KeyUses(() -> keys, (_, at) -> written.add(at));
    ApiKey key = key("key_1", "secret", Optional.empty());
    keys.replace(List.of(key));

    for (int second = 0; second <= 120; second += 10) {
      uses.used(key, NOW.plusSeconds(second));
    }

    assertThat(written).containsExactly(NOW, NOW.plusSeconds(70));
    assertThat(keys.lastUse("key_1")).contains(NOW.plus(Duration.ofMinutes(2)));
  }

  private static ApiKey key(String id, String secret, Optional<Instant> expiresAt) {
    return new ApiKey(
        id,
        "nightly",
        Role.TENANT,
        KeySecret.hash(secret),
        "search",
        ServiceClass.STANDARD,
        new KeyLimits(OptionalLong.of(60), OptionalLong.empty(), OptionalLong.of(1000)),
        NOW,
        expiresAt);
  }
}
