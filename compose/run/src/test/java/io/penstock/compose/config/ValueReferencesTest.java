package io.penstock.compose.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.node.NodeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValueReferencesTest {

  @TempDir Path folder;

  @Test
  void aValueMayBeInAFileOrInAVariable() throws Exception {
    Files.writeString(folder.resolve("one"), "alone\n");
    Files.writeString(folder.resolve("many.properties"), "a=first\nb=second\n");

    assertThat(
            ValueReferences.resolve(
                Map.of(
                    "directory",
                    "${directory:%s:one}".formatted(folder),
                    "file",
                    "<${file:%s:b}>".formatted(folder.resolve("many.properties")),
                    "env",
                    "${env:PATH}",
                    "plain",
                    "$1 {x} ${other:x}")))
        .containsEntry("directory", "alone")
        .containsEntry("file", "<second>")
        .containsEntry("env", System.getenv("PATH"))
        .containsEntry("plain", "$1 {x} ${other:x}");
  }

  @Test
  void whatIsNotThereIsNamedAndNothingBesideIt() throws Exception {
    Files.writeString(folder.resolve("many.properties"), "a=first\n");
    for (String each :
        List.of(
            "${env:NO_SUCH_VARIABLE_OF_OURS}",
            "${file:/nowhere/at-all:a}",
            "${file:%s:none}".formatted(folder.resolve("many.properties")),
            "${directory:%s:none}".formatted(folder))) {
      assertThatThrownBy(
              () -> ValueReferences.resolve(Map.of("sasl.jaas.config", "password=known " + each)))
          .as(each)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sasl.jaas.config")
          .hasMessageContaining(each)
          .hasMessageNotContaining("known");
    }
  }

  @Test
  void aSecretThatLooksLikeAReferenceIsNotRepeated() throws Exception {
    Files.writeString(folder.resolve("one"), "${env:PART_OF_A_SECRET}");
    String reference = "${directory:%s:one}".formatted(folder);
    assertThatThrownBy(() -> ValueReferences.resolve(Map.of("password", reference)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("password")
        .hasMessageNotContaining("PART_OF_A_SECRET");
  }

  @Test
  void theConfigurationUsesWhatIsThereAndShowsWhereItIs() throws Exception {
    Path secret = Files.writeString(folder.resolve("jaas"), "the secret login;");
    String reference = "${directory:%s:jaas}".formatted(folder);
    Path file = folder.resolve("penstock.yaml");
    Files.writeString(
        file,
        """
        kafka:
          bootstrapServers: k:9093
          settings:
            sasl.jaas.config: %s
            ssl.truststore.location: '${env:PATH}'
        """
            .formatted(reference));

    Configuration read = read(file);

    assertThat(read.node().kafka().settings())
        .containsEntry("sasl.jaas.config", "the secret login;");
    assertThat(read.effective())
        .anyMatch(each -> each.key().endsWith("jaas.config") && each.value().equals("(hidden)"))
        .anyMatch(each -> each.value().equals("${env:PATH}"));
    Files.delete(secret);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("kafka.settings.sasl.jaas.config")
        .hasMessageContaining(reference);
  }

  private Configuration read(Path file) {
    return Configuration.read(
        new ConfigSources(Optional.of(file), Map.of(), List.<Given>of()), NodeConfig.of(folder));
  }

  @Test
  void onlyASecretItselfIsExposedInAnArgument() {
    assertThat(Secrets.isLiteral("kafka.settings.sasl.jaas.config", "x")).isTrue();
    assertThat(Secrets.isLiteral("http.keys.adminSecret", "x")).isTrue();
    assertThat(Secrets.isLiteral("kafka.settings.sasl.jaas.config", "${env:X}")).isFalse();
    assertThat(Secrets.isLiteral("kafka.settings.security.protocol", "SSL")).isFalse();
    assertThat(Secrets.isLiteral("kafka.settings.schema.registry.ssl.truststore.location", "/x"))
        .isFalse();
    assertThat(Secrets.isLiteral("kafka.settings.schema.registry.ssl.truststore.password", "x"))
        .isTrue();
  }
}
