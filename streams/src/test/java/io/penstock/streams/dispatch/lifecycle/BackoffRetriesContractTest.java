package io.penstock.streams.dispatch.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.extension.Extensions;
import io.penstock.streams.contract.RetryPolicyContract;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffRetriesContractTest extends RetryPolicyContract {

  @Override
  protected RetryPolicy policy() {
    return create(Extension.named("backoff"));
  }

  @Test
  void withoutOptionsItIsTheDefault() {
    assertThat(policy()).isEqualTo(BackoffRetries.DEFAULT);
  }

  @Test
  void everyOptionArrives() {
    assertThat(
            create(
                Extension.named("backoff")
                    .with("max-failures", "1")
                    .with("max-overloads", "2")
                    .with("max-lost-leases", "3")
                    .with("max-excuses", "4")
                    .with("first-backoff", "5ms")
                    .with("longest-backoff", "6s")
                    .with("avoidance", "7m")
                    .with("second-opinion", "8h")))
        .isEqualTo(
            new BackoffRetries(
                1,
                2,
                3,
                4,
                Duration.ofMillis(5),
                Duration.ofSeconds(6),
                Duration.ofMinutes(7),
                Duration.ofHours(8)));
  }

  private static RetryPolicy create(Extension extension) {
    return Extensions.create(
        RetryPolicyProvider.class, "retries", extension, RetryPolicyProvider::create);
  }
}
