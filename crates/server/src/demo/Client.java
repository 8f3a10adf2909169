// Counts the demo merchant's members with the official Java SDK, unmodified: put alipay-sdk-java (4.x, which still has
// the koubei classes) on the class path.

import com.alipay.api.AlipayClient;
import com.alipay.api.DefaultAlipayClient;
import com.alipay.api.request.KoubeiMarketingCampaignCrowdCountRequest;
import com.alipay.api.response.KoubeiMarketingCampaignCrowdCountResponse;

public class Client {
    public static void main(String[] arguments) throws Exception {
        AlipayClient client = new DefaultAlipayClient(
            "@GATEWAY_URL@", "@APP_ID@",
            "@APP_PRIVATE_KEY_PKCS8@",
            "json", "UTF-8",
            "@ALIPAY_PUBLIC_KEY@",
            "RSA2");
        KoubeiMarketingCampaignCrowdCountRequest request = new KoubeiMarketingCampaignCrowdCountRequest();
        request.setBizContent("{\"conditions\":\"[{\\\"op\\\":\\\"IN\\\",\\\"tagCode\\\":\\\"pam_gender\\\",\\\"value\\\":\\\"1\\\"}]\","
            + "\"dimensions\":\"[\\\"pam_gender\\\",\\\"pam_age\\\"]\"}");
        KoubeiMarketingCampaignCrowdCountResponse response = client.execute(request);
        System.out.println(response.getSummaryValues() + " " + response.getDimensionValues());
    }
}
