package io.penstock.compose.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.config.Slot.Leaf;
import io.penstock.compose.node.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTemplateTest {

  private static final NodeConfig USUAL = NodeConfig.of(Path.of("/var/lib/penstock"));
  private static final Pattern COMMENTED_OUT = Pattern.compile("(?m)^( *)#(?=[^ \\n])");

  @TempDir Path folder;

  @Test
  void saysNothingUntilSomebodyUncommentsAKey() throws IOException {
    Configuration read = read(ConfigTemplate.of(USUAL));
    assertThat(read.node()).isEqualTo(USUAL);
    assertThat(read.effective()).noneMatch(Effective::isChanged);
  }

  @Test
  void uncommentedIsTheDefaults() throws IOException {
    Configuration read = read(COMMENTED_OUT.matcher(ConfigTemplate.of(USUAL)).replaceAll("$1"));
    Configuration defaults = read("");
    assertThat(read.node()).isEqualTo(USUAL);
    assertThat(read.effective().stream().map(each -> each.key() + " " + each.value()))
        .containsExactlyElementsOf(
            defaults.effective().stream().map(each -> each.key() + " " + each.value()).toList());
    assertThat(
            read.effective().stream()
                .filter(each -> each.origin() instanceof Origin.Default)
                .map(Effective::value))
        .as("values that the file lacks")
        .containsOnly("{}");
  }

  /** The build keeps the Javadoc of the packages that the parent POM names. */
  @Test
  void explainsEveryKey() {
    assertThat(
            Schema.of(USUAL).keys().stream()
                .filter(key -> Explanations.of(key).isEmpty())
                .map(Leaf::path))
        .as("keys whose record's Javadoc has no @param, or whose package configured.packages lacks")
        .isEmpty();
  }

  @Test
  void explainsWithoutMarkUp() {
    assertThat(ConfigTemplate.of(USUAL)).doesNotContain("{@", "<p>", "&lt;", "@param");
  }

  private Configuration read(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("penstock.yaml"), text);
    return Configuration.read(new ConfigSources(Optional.of(file), Map.of(), List.of()), USUAL);
  }
}
