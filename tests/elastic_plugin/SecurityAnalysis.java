/**
 * What the server's own index of API keys is analysed with, and what its smallest build lacks: a tokenizer that keeps
 * addresses whole, and two filters. Every full server has them; this is for the tests alone.
 */
package unsealed.tests;

import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.elasticsearch.plugin.NamedComponent;
import org.elasticsearch.plugin.analysis.TokenFilterFactory;
import org.elasticsearch.plugin.analysis.TokenizerFactory;

public final class SecurityAnalysis {
    private SecurityAnalysis() {}

    @NamedComponent("uax_url_email")
    public static final class Addresses implements TokenizerFactory {
        @Override
        public Tokenizer create() {
            return new UAX29URLEmailTokenizer();
        }
    }

    @NamedComponent("pattern_capture")
    public static final class Parts implements TokenFilterFactory {
        // The patterns that the server gives are these; a plugin need not read them.
        private static final Pattern[] PATTERNS = {
            Pattern.compile("([^@]+)"), Pattern.compile("(\\p{L}+)"), Pattern.compile("(\\d+)"), Pattern.compile("@(.+)")
        };

        @Override
        public TokenStream create(TokenStream stream) {
            return new PatternCaptureGroupTokenFilter(stream, true, PATTERNS);
        }
    }

    @NamedComponent("unique")
    public static final class Once implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream stream) {
            return new RemoveDuplicatesTokenFilter(stream);
        }
    }
}
