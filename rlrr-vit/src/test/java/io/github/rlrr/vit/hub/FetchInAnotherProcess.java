package io.github.rlrr.vit.hub;

import java.net.URI;
import java.nio.file.Path;

/** Fetches a model in a process of its own and prints what its listener hears, a line each. */
final class FetchInAnotherProcess {

    private FetchInAnotherProcess() {}

    /** Takes the endpoint, the cache and the name. */
    public static void main(String[] arguments) throws java.io.IOException {
        HubSettings settings =
                HubSettings.from(java.util.Map.of(), System::getProperty)
                        .withEndpoint(URI.create(arguments[0]))
                        .withCache(Path.of(arguments[1]));
        HubListener said =
                new HubListener() {
                    @Override
                    public void onNote(String line) {
                        System.out.println("note " + line);
                    }

                    @Override
                    public void onProgress(String file, long bytes, long total) {
                        System.out.println("progress " + bytes);
                    }
                };
        HubModel model = new Hub(settings).fetch(HubName.parse(arguments[2]), said);
        System.out.println("done " + model.sha256());
    }
}
