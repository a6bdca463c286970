package io.larder.bench.workload;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The presets as they are shipped: blocks of lines, each a word and what it says. */
final class PresetFile {
  private static final String RESOURCE = "workloads.txt";

  /** Of one block. */
  private static final class Block {
    private final String name;
    private String about = "";
    private int keyBytes;
    private String mix = "";
    private double zipfTheta;
    private final List<Pair> popularity = new ArrayList<>();
    private final List<Pair> sizes = new ArrayList<>();
    private final List<Pair> ttls = new ArrayList<>();

    private Block(String name) {
      this.name = name;
    }

    private void line(String word, String rest) {
      switch (word) {
        case "about" -> about = rest;
        case "key-bytes" -> keyBytes = Integer.parseInt(rest);
        case "mix" -> mix = rest;
        case "zipf" -> zipfTheta = Double.parseDouble(rest);
        case "popularity" -> pairs(rest, popularity);
        case "sizes" -> pairs(rest, sizes);
        case "ttls" -> pairs(rest, ttls);
        default -> throw new IllegalStateException("'" + word + "' in " + RESOURCE);
      }
    }

    private static void pairs(String text, List<Pair> to) {
      for (String pair : text.split(" ", -1)) {
        int colon = pair.indexOf(':');
        to.add(
            new Pair(
                Double.parseDouble(pair.substring(0, colon)),
                Double.parseDouble(pair.substring(colon + 1))));
      }
    }

    private Preset preset() {
      return new Preset(
          name,
          about,
          keyBytes,
          OperationMix.parse(mix),
          zipfTheta,
          popularity.stream().mapToLong(pair -> (long) pair.left()).toArray(),
          rights(popularity),
          valueSizes(),
          ttls.isEmpty()
              ? Ttls.NONE
              : Ttls.of(ttls.stream().mapToInt(pair -> (int) pair.left()).toArray(), rights(ttls)));
    }

    private ValueSizes valueSizes() {
      return sizes.size() == 1
          ? new ValueSizes.Fixed((int) sizes.getFirst().right())
          : new ValueSizes.Quantiles(
              sizes.stream().mapToDouble(Pair::left).toArray(),
              sizes.stream().mapToInt(pair -> (int) pair.right()).toArray(),
              "the sizes of " + name);
    }

    private static double[] rights(List<Pair> pairs) {
      return pairs.stream().mapToDouble(Pair::right).toArray();
    }
  }

  private record Pair(double left, double right) {}

  private PresetFile() {}

  static List<Preset> read() {
    List<Block> blocks = new ArrayList<>();
    try (InputStream in = PresetFile.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("no " + RESOURCE + " beside the program");
      }
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        int space = line.indexOf(' ');
        if (space < 0 || line.startsWith("#")) {
          continue;
        }
        String word = line.substring(0, space);
        String rest = line.substring(space + 1);
        if (word.equals("workload")) {
          blocks.add(new Block(rest));
        } else {
          blocks.getLast().line(word, rest);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return blocks.stream().map(Block::preset).toList();
  }
}
