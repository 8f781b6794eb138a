package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.TokenUsage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostsCommandTest {

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void results() {
    cli = new CliHarness(home);
    cli.models.add(
        ModelSpec.newBuilder()
            .setName("strong")
            .setEndpoints(List.of("/v1/chat/completions"))
            .setContextWindow(8192)
            .setMaxOutputTokens(1024)
            .setInputPricePerMillion(10.0)
            .setOutputPricePerMillion(100.0)
            .setUpdatedAt(CliHarness.NOW)
            .build());
    write("a", "acme", Duration.ofHours(1), 0.01);
    write("b", "acme", Duration.ofDays(2), 0.02);
    write("c", "zoo", Duration.ofHours(1), 0.5);
  }

  private void write(String id, String tenant, Duration ago, double cost) {
    InferenceResult result =
        InferenceResult.newBuilder(Samples.succeeded(Samples.request(id)))
            .setTenant(tenant)
            .setCost(cost)
            .setUsage(new TokenUsage(1000L, 100L, 0L))
            .setFinishedAt(CliHarness.NOW.minus(ago))
            .build();
    cli.write(cli.names.results(), CliHarness.NOW.minus(ago), id, result);
  }

  @Test
  void addsUpByTenantWithATotalAndSavings() {
    assertThat(cli.run("costs", "--by", "tenant", "--json")).isZero();
    assertThat(cli.json()).hasSize(3);
    assertThat(cli.json().get(0).path("tenant").asText()).isEqualTo("zoo");
    assertThat(cli.json().get(1).path("requests").asInt()).isEqualTo(2);
    assertThat(cli.json().get(2).path("total").asBoolean()).isTrue();
    assertThat(cli.json().get(2).path("against").asText()).isEqualTo("strong");
    assertThat(cli.json().get(2).path("against_cost").asDouble()).isEqualTo(0.06);
  }

  @Test
  void takesOnlyTheTimeThatIsAskedFor() {
    assertThat(cli.run("costs", "--by", "tenant,day", "--since", "1d")).isZero();
    assertThat(cli.out()).contains("acme", "zoo", "2026-11-22").doesNotContain("2026-11-20");
    assertThat(cli.err()).contains("saved against always taking strong");
  }

  @Test
  void showsTheDearestLinesAndTheSumOfTheOthers() {
    for (int i = 0; i < 30; i++) {
      write("t" + i, "tenant-%02d".formatted(i), Duration.ofHours(1), 0.001 * (i + 1));
    }
    assertThat(cli.run("costs", "--by", "tenant")).isZero();
    assertThat(cli.out().lines()).hasSize(1 + 20 + 1 + 1);
    assertThat(cli.out()).contains("zoo", "12 others").doesNotContain("tenant-00");
    String others =
        cli.out().lines().filter(line -> line.startsWith("12 others")).findFirst().get();
    assertThat(others.split(" +")).contains("12", "0.078000", "12000");
    assertThat(cli.run("costs", "--by", "tenant", "--all")).isZero();
    assertThat(cli.out().lines()).hasSize(1 + 32 + 1);
    assertThat(cli.run("costs", "--by", "tenant", "--limit", "2")).isZero();
    assertThat(cli.out().lines()).hasSize(1 + 2 + 1 + 1);
    assertThat(cli.run("costs", "--by", "tenant", "--json")).isZero();
    assertThat(cli.json()).hasSize(33);
    assertThat(cli.run("costs", "--limit", "0")).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void whatCannotBeReadIsCounted() {
    cli.log.add(cli.names.results(), CliHarness.NOW, "bad", new byte[] {1, 2, 3});
    assertThat(cli.run("costs", "--by", "tenant", "--json")).isZero();
    assertThat(cli.json()).hasSize(3);
    assertThat(cli.err())
        .contains("warning: the report is without 1 record of the log that could not be read");
  }

  @Test
  void aRepeatedRequestCostsNothingMore() {
    InferenceResult repeated =
        InferenceResult.newBuilder(Samples.succeeded(Samples.request("c")))
            .setTenant("zoo")
            .setCost(0.5)
            .setRepetition(Repetition.SAME)
            .build();
    cli.write(cli.names.results(), CliHarness.NOW, "c", repeated);
    assertThat(cli.run("costs", "--by", "tenant", "--json")).isZero();
    assertThat(cli.json().getFirst().path("requests").asInt()).isEqualTo(1);
  }

  @Test
  void refusesWhatItCannotCompareWith() {
    assertThat(cli.run("costs", "--against", "nobody")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--against is 'nobody', which is no model");
    assertThat(cli.run("costs", "--by", "tenant,tenant")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--by names tenant more than once; name each once");
    assertThat(cli.run("costs", "--since", "1h", "--until", "2h")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--since is not before --until");
  }

  @Test
  void aRolloutsOptionsAreCheckedBeforeConnecting() {
    assertThat(cli.run("rollout", "start", "m", "--from", "a", "--to", "b", "--steps", "50,20,100"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("steps do not ascend");
    assertThat(cli.run("rollout", "start", "m", "--from", "a", "--to", "b", "--min-score", "0.5"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--min-score needs --evaluation or --replay");
    assertThat(cli.asked).isNull();
  }
}
