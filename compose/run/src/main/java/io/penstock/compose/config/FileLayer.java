package io.penstock.compose.config;

import io.penstock.compose.config.Slot.Leaf;
import io.penstock.compose.config.Slot.Section;
import io.penstock.compose.config.Slot.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** The keys of a file. */
final class FileLayer {

  private final Path file;
  private final Schema schema;
  private final Settings settings;
  private final List<Fault> faults;

  FileLayer(Path file, Schema schema, Settings settings, List<Fault> faults) {
    this.file = file;
    this.schema = schema;
    this.settings = settings;
    this.faults = faults;
  }

  void read() {
    try {
      Node root = YamlText.parse(Files.readString(file));
      if (root instanceof MappingNode mapping) {
        section("", mapping);
      } else if (root != null && !YamlText.isNull(root)) {
        fault(root, "the file must hold keys with values, such as 'topics:'");
      }
    } catch (NoSuchFileException e) {
      faults.add(
          new Fault(
              new Origin.InFile(file, 1),
              "there is no such file; make one with 'penstock config init'"));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      faults.add(
          new Fault(
              new Origin.InFile(file, line),
              "this is not YAML: %s; look at the indentation and the quotes here and above"
                  .formatted(e.getProblem())));
    } catch (IOException | YAMLException e) {
      faults.add(
          new Fault(new Origin.InFile(file, 1), "the file cannot be read: " + e.getMessage()));
    }
  }

  private void section(String path, MappingNode mapping) {
    Map<String, Integer> lines = new HashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode name)) {
        fault(entry.getKeyNode(), "a key must be a name");
        continue;
      }
      String key = path.isEmpty() ? name.getValue() : path + "." + name.getValue();
      Integer before = lines.putIfAbsent(key, YamlText.line(name));
      if (before == null) {
        entry(key, name, entry.getValueNode());
      } else {
        fault(name, "%s stands in line %d already; remove one".formatted(key, before));
      }
    }
  }

  private void entry(String path, Node name, Node value) {
    Optional<Slot> slot = schema.at(path);
    switch (slot.orElse(null)) {
      case Section _, Table _ -> {
        if (value instanceof MappingNode mapping) {
          section(path, mapping);
        } else if (!YamlText.isNull(value)) {
          settings.refuse(path, origin(name));
        }
      }
      case Leaf key when Values.isMap(key) && value instanceof MappingNode mapping ->
          map(key, mapping);
      case Leaf key -> settings.put(key, YamlText.value(value), origin(name));
      case null, default -> settings.refuse(path, origin(name));
    }
  }

  private void map(Leaf key, MappingNode mapping) {
    for (NodeTuple entry : mapping.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode name
          && entry.getValueNode() instanceof ScalarNode value) {
        settings.putEntry(key, name.getValue(), YamlText.value(value), origin(name));
      } else {
        fault(
            entry.getKeyNode(),
            "%s must be %s; a name with dots is written as it is, on one line"
                .formatted(key.path(), Values.described(key)));
      }
    }
  }

  private void fault(Node where, String message) {
    faults.add(new Fault(origin(where), message));
  }

  private Origin origin(Node node) {
    return new Origin.InFile(file, YamlText.line(node));
  }
}
