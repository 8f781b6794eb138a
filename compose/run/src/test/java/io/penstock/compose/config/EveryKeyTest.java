package io.penstock.compose.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.config.Slot.Leaf;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.Role;
import io.penstock.schemas.routing.DefaultReplyTopics;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new component of a settings record is a key, and these tests set it without being told. */
class EveryKeyTest {

  private static final String ADMIN_SECRET = "http.keys.adminSecret";
  private static final String S3 = "http.files.s3.";
  private static final String S3_SECRET = S3 + "secretAccessKey";

  /** Without a cluster, a secret or a bucket, others may not be set. */
  private static final List<String> FIRST =
      List.of("kafka.bootstrapServers", "registry.url", ADMIN_SECRET, S3 + "bucket", S3_SECRET);

  private static final NodeConfig USUAL = NodeConfig.of(Path.of("/var/lib/penstock"));

  private static final Pattern DOT = Pattern.compile("\\.");
  private static final JsonMapper TYPES = JsonMapper.builder().addModule(new Jdk8Module()).build();

  @TempDir Path folder;

  private final Schema schema = Schema.of(USUAL);
  private final Map<String, Object> others = new LinkedHashMap<>();

  /** Looks for a value of each key that is not its default and that all others bear. */
  @BeforeEach
  void findOtherValues() {
    List<Leaf> keys = new ArrayList<>(schema.keys());
    keys.sort((a, b) -> Boolean.compare(FIRST.contains(b.path()), FIRST.contains(a.path())));
    for (Leaf key : keys) {
      Object other =
          candidates(key)
              .filter(value -> !value.equals(key.usual()))
              .filter(value -> isTaken(key, value))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no other value suits " + key.path()));
      others.put(key.path(), other);
    }
  }

  @Test
  void ofTheFileArrives() throws IOException {
    Path file = Files.writeString(folder.resolve("penstock.yaml"), yaml());
    assertArrived(
        Configuration.read(new ConfigSources(Optional.of(file), Map.of(), List.of()), USUAL));
  }

  @Test
  void ofTheEnvironmentArrives() {
    Map<String, String> variables = new LinkedHashMap<>();
    others.forEach((path, value) -> variables.put(VariableLayer.name(path), text(path, value)));
    assertThat(variables).hasSameSizeAs(others);
    assertArrived(
        Configuration.read(new ConfigSources(Optional.empty(), variables, List.of()), USUAL));
  }

  @Test
  void ofTheCommandLineArrives() {
    assertArrived(read(others));
  }

  @Test
  void isAllThatThereIs() {
    assertThat(fixed()).as("components that cannot be written down").isEmpty();
  }

  /** Of every agreement both ends are there. */
  @Test
  void thatAgreesWithAnotherFollowsIt() {
    Agreement.ALL.forEach(
        (path, rule) -> {
          assertThat(schema.at(path)).get().isInstanceOf(Slot.Followed.class);
          assertThat(schema.at(rule.source())).isPresent();
        });
    NodeConfig node = read(others).node();
    assertThat(node.worker().timing().leaseTimeout())
        .isEqualTo(node.dispatch().shard().leaseTimeout())
        .isNotEqualTo(USUAL.worker().timing().leaseTimeout());
    assertThat(node.control().levels())
        .isEqualTo(node.score().levels())
        .isNotEqualTo(USUAL.control().levels());
    assertThat(node.delivery().replyTopics())
        .isEqualTo(node.score().replyTopics())
        .isNotEqualTo(USUAL.delivery().replyTopics());
    assertThat(node.dispatch().shard()).isEqualTo(node.dispatch().shard().within(node.topics()));
  }

  @Test
  void ofTheRecordsIsHiddenOnlyIfItIsASecret() {
    assertThat(schema.keys().stream().map(Leaf::path).filter(Secrets::isSecret))
        .containsExactlyInAnyOrder(ADMIN_SECRET, S3 + "accessKeyId", S3_SECRET);
  }

  private List<String> fixed() {
    List<String> fixed = new ArrayList<>();
    collectFixed(schema.root(), fixed);
    return fixed;
  }

  private static void collectFixed(Slot slot, List<String> fixed) {
    switch (slot) {
      case Slot.Fixed(String path, Object _) -> fixed.add(path);
      case Slot.Section section -> section.parts().forEach(part -> collectFixed(part, fixed));
      case Slot.Table table -> table.parts().values().forEach(part -> collectFixed(part, fixed));
      case Leaf _, Slot.Followed _ -> {}
    }
  }

  private void assertArrived(Configuration read) {
    others.forEach(
        (path, value) -> {
          Object arrived = at(read.node(), path);
          assertThat(arrived).as(path).isEqualTo(value).isNotEqualTo(at(USUAL, path));
        });
    assertThat(
            read.effective().stream()
                .filter(each -> each.origin() instanceof Origin.Default)
                .map(Effective::key))
        .isEmpty();
  }

  /** Looks along the path without any help of what is tested. */
  private static Object at(Object root, String path) {
    Object value = root;
    for (String name : DOT.splitAsStream(path).toList()) {
      value = value instanceof Map<?, ?> map ? entry(map, name) : component(value, name);
    }
    return value;
  }

  private static Object entry(Map<?, ?> map, String name) {
    return map.entrySet().stream()
        .filter(each -> each.getKey().toString().toLowerCase(Locale.ROOT).equals(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  private static Object component(Object record, String name) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      if (component.getName().equals(name)) {
        return Records.value(component, record);
      }
    }
    throw new AssertionError(record.getClass() + " has no " + name);
  }

  private boolean isTaken(Leaf key, Object value) {
    Map<String, Object> tried = new LinkedHashMap<>(others);
    tried.put(key.path(), value);
    try {
      read(tried);
      return true;
    } catch (ConfigException e) {
      return false;
    }
  }

  private Configuration read(Map<String, Object> values) {
    List<Given> given = new ArrayList<>();
    values.forEach(
        (path, value) -> given.add(new Given(path, text(path, value), new Origin.Option("--set"))));
    return Configuration.read(new ConfigSources(Optional.empty(), Map.of(), given), USUAL);
  }

  private String text(String path, Object value) {
    Leaf key = (Leaf) schema.at(path).orElseThrow();
    String text = Values.text(key, value);
    return text.startsWith("'") ? text.substring(1, text.length() - 1) : text;
  }

  private String yaml() {
    StringBuilder yaml = new StringBuilder();
    List<String> open = new ArrayList<>();
    for (Leaf key : schema.keys()) {
      List<String> names = DOT.splitAsStream(key.path()).toList();
      int shared = 0;
      while (shared < Math.min(open.size(), names.size() - 1)
          && open.get(shared).equals(names.get(shared))) {
        shared++;
      }
      open.subList(shared, open.size()).clear();
      for (String section : names.subList(shared, names.size() - 1)) {
        yaml.append("  ".repeat(open.size())).append(section).append(":\n");
        open.add(section);
      }
      yaml.append("  ".repeat(open.size()))
          .append(key.name())
          .append(": ")
          .append(Values.text(key, others.get(key.path())))
          .append('\n');
    }
    return yaml.toString();
  }

  private Stream<Object> candidates(Leaf key) {
    if (key.path().equals("roles")) {
      return Stream.of(Set.of(Role.SCORE, Role.DISPATCH));
    }
    JavaType type = TYPES.constructType(key.type());
    Object usual = key.usual() instanceof Optional<?> some ? some.orElse(null) : key.usual();
    Class<?> raw =
        type.isReferenceType() ? type.getContentType().getRawClass() : type.getRawClass();
    if (usual instanceof DefaultReplyTopics) {
      return Stream.of(DefaultReplyTopics.of("answers.{tenant}"));
    }
    Stream<Object> values = type.isContainerType() ? several(type) : one(raw, usual);
    return type.isReferenceType() ? values.map(Optional::of) : values;
  }

  private static Stream<Object> several(JavaType type) {
    if (type.isMapLikeType()) {
      return type.getContentType().hasRawClass(Double.class)
          ? Stream.of(Map.of("acme", 2.5))
          : Stream.of(Map.of("client.rack", "x"));
    }
    boolean numbers = type.getContentType().hasRawClass(Integer.class);
    return type.hasRawClass(Set.class)
        ? Stream.of(numbers ? Set.of(3, 5) : Set.of("x", "y"))
        : Stream.of(List.of("x", "y"), List.of("10.0.0.0/8", "fd00::/8"));
  }

  private Stream<Object> one(Class<?> type, Object usual) {
    if (type.isEnum()) {
      return Stream.of(type.getEnumConstants());
    }
    return switch (type.getSimpleName()) {
      case "Duration" -> durations((Duration) usual);
      case "Path" -> Stream.of(file());
      case "boolean", "Boolean" -> Stream.of(!(Boolean) usual);
      case "String" -> Stream.of("other", "http://other", "127.0.0.2", "a secret".repeat(8));
      case "double", "Double" -> doubles((Double) usual);
      case "short" -> Stream.of((short) 2);
      case "long" -> Stream.of((Long) usual + 1, (Long) usual - 1, (Long) usual * 2);
      case "int" -> Stream.of((Integer) usual + 1, (Integer) usual - 1, (Integer) usual * 2);
      default -> throw new AssertionError("no values for " + type);
    };
  }

  private static Stream<Object> durations(Duration usual) {
    Duration some = usual == null ? Duration.ofSeconds(3) : usual;
    return Stream.of(
        some.plusMillis(1), some.minusMillis(1), some.multipliedBy(2), some.dividedBy(2));
  }

  private static Stream<Object> doubles(double usual) {
    return Stream.of(usual + 0.01, usual - 0.01, usual + 1, usual * 2);
  }

  private Path file() {
    try {
      Path file = folder.resolve("some.json");
      return Files.exists(file) ? file : Files.createFile(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
