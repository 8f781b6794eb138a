package io.penstock.workers.engine.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FailureCategory;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineContract;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.EngineRequests;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SimulatedEngineTest extends EngineContract {

  private static final GpuProfile PROFILE = GpuProfiles.builtIn().named("llama3.1-8b_a100tp2");

  @Override
  protected Engine open() {
    return new SimulatedEngine(SimulatedConfig.of(PROFILE).withSpeedUp(20), InstantSource.system());
  }

  @Override
  protected EngineRequest quick() {
    return EngineRequests.chat(100, 5);
  }

  @Override
  protected EngineRequest slow() {
    return EngineRequests.chat(100, 50_000);
  }

  @Test
  void saysInNameAndAnswerThatItIsSimulated() throws Exception {
    assertThat(engine().name()).isEqualTo("simulated/llama3.1-8b_a100tp2");
    var answered = (EngineReply.Answered) engine().run(quick(), () -> {});
    assertThat(new String(answered.body(), StandardCharsets.UTF_8))
        .contains("[simulated by Penstock, no model was run]")
        .contains("\"system_fingerprint\":\"simulated/llama3.1-8b_a100tp2\"");
  }

  @Test
  void generatesAsManyTokensAsTheBodyAllows() throws Exception {
    EngineRequest request =
        EngineRequests.request("/v1/completions", "{\"prompt\":\"hi\",\"max_tokens\":3}", 10, 1000);
    var answered = (EngineReply.Answered) engine().run(request, () -> {});

    assertThat(answered.usage().getPromptTokens()).isEqualTo(10);
    assertThat(answered.usage().getCompletionTokens()).isEqualTo(3);
  }

  @Test
  void neverGeneratesMoreThanTheRequestAllows() throws Exception {
    EngineRequest request =
        EngineRequests.request("/v1/completions", "{\"prompt\":\"hi\",\"max_tokens\":900}", 10, 4);
    var answered = (EngineReply.Answered) engine().run(request, () -> {});

    assertThat(answered.usage().getCompletionTokens()).isEqualTo(4);
  }

  @Test
  void refusesWhatNeverFitsItsKvCache() throws Exception {
    var failure = failure(engine().run(EngineRequests.chat(59_000, 2_000), () -> {}));

    assertThat(failure.getCategory()).isEqualTo(FailureCategory.REJECTED);
    assertThat(failure.getCode()).isEqualTo("context_length_exceeded");
  }

  @Test
  void namesTheFieldThatIsMissing() throws Exception {
    var failure =
        failure(
            engine()
                .run(
                    EngineRequests.request("/v1/chat/completions", "{\"messages\":[]}", 10, 10),
                    () -> {}));

    assertThat(failure.getField()).hasValue("body.messages");
  }

  @Test
  void instantProfileRunsOnTheCallersThread() throws Exception {
    try (Engine instant =
        new SimulatedEngine(
            SimulatedConfig.of(GpuProfiles.builtIn().named("instant")), InstantSource.system())) {
      var told = new AtomicInteger();
      EngineReply reply = instant.run(EngineRequests.chat(5_000, 100), told::incrementAndGet);

      assertThat(reply).isInstanceOf(EngineReply.Answered.class);
      assertThat(told).hasValue(1);
      assertThat(instant.load().orElseThrow().prefillTokensPerSecond()).isEmpty();
    }
  }

  @Test
  void embedsWithAVectorForEachInput() throws Exception {
    EngineReply reply =
        engine().run(EngineRequests.embedding("{\"input\":[\"a\",\"b\"]}"), () -> {});

    assertThat(new String(((EngineReply.Answered) reply).body(), StandardCharsets.UTF_8))
        .contains("\"index\":1");
  }

  @Test
  void faultIsRetryable() throws Exception {
    var config =
        SimulatedConfig.of(PROFILE)
            .withSpeedUp(100)
            .withBatching(BatchingSettings.DEFAULTS.withFaults(Faults.random(1, 1)));
    try (Engine faulty = new SimulatedEngine(config, InstantSource.system())) {
      assertThat(failure(faulty.run(quick(), () -> {})).getCategory())
          .isEqualTo(FailureCategory.RETRYABLE);
    }
  }
}
