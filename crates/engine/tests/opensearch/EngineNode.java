import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** One node of OpenSearch in a process of its own. Arguments: settings, as {@code name=value}. Ends when its input ends. */
public final class EngineNode extends Node {
    private EngineNode(Settings settings) {
        super(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "node"),
            List.of(Netty4Plugin.class, CommonAnalysisPlugin.class),
            true
        );
    }

    public static void main(String[] arguments) throws Exception {
        Settings.Builder settings = Settings.builder();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            String value = argument.substring(at + 1);
            if (value.indexOf(',') >= 0) {
                settings.putList(argument.substring(0, at), value.split(","));
            } else {
                settings.put(argument.substring(0, at), value);
            }
        }
        EngineNode node = new EngineNode(settings.build());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        node.start();
        // Whoever started this process holds its input open: without them it has no reason to go on.
        while (System.in.read() >= 0) {}
        System.exit(0);
    }
}
