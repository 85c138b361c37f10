"""Documents as a text release has them, written for the tests: banners, redactions, page ends, misread letters."""

BANNER = "       UNCLASSIFIED U.S. Department of State Case No. F-2031-00417 Doc No. C0900{number} Date: 03/31/2031"

BASE = """{banner}



                                                                                       RELEASE IN PART
                                                                                       B5,B6


From:                         Osei, Abena K <OseiAK@harbour.example>
Sent:                         Monday, Apnl 12. 2010 5:31 PM
To:                           Lindqvist, Karin; 'marta.ruiz@harbour.example'; H             B6
Cc:                           Burns, Tomas J
Subject:                      Fw: Dredging tender - who signed
Attachments:                  tender.docx; tender.docx



Karin, please read below before Tuesday. The second bid came in late.                                   B5

{banner}
{banner}

I would not answer him yet.

     Original Message
From: Burns, Tomas J <BurnsTJ@harbour.example>
To: Osei, Abena K; Lindqvist, Karin <lindqvistk@harbour.example>; Petrov,
Ilya
Sent: Mon Apr 12 16:58:03 2010
Subject: Dredging tender - who signed

Abena, nobody here remembers signing it. Do you?



     Original Message
From: Petrov, Ilya [mailto:petrovi@quay.example]
Sent: Sunday, April 11, 2010 09:02 AM
To: Burns, Tomas J
Subject: RE: Tender

The paper is dated the 3rd.

{banner}
"""
FORWARDED = BASE.format(banner=BANNER.format(number=1101))

# The mail that FORWARDED quotes first, released by itself and scanned worse.
QUOTED = f"""{BANNER.format(number=1102)}
                                                                                       RELEASE IN FULL

From:                         Bums, Tomas J <BurnsTJ@harbour.example >
Sent:                         Monday, April 12, 20104:58 PM
To:                           Osei, Abena K
Subject                       Dredging tender - who signed


Abena, nobody here rememhers signing it. Do you?


{BANNER.format(number=1102)}
"""

# A third document that quotes the same mail.
ANSWER = f"""{BANNER.format(number=1103)}
                                                                                       RELEASE IN PART B6

• From:                       Lindqvist, Karin <lindqvistk@harbour.example>
 Sent:                        Tuesday, April 13, 2010 8:05 AM
 To:
 Subject:                     Re: Dredging tender - who signed


I do not either.

From: Burns, Tomas J
Sent: Monday, April 12, 2010 4:58 PM
To: Lindqvist, Karin
Cc: Osei, Abena K
Subject: Dredging tender - who signed

Abena, nobody here remembers signing it. Do you?
"""

MEMO = f"""{BANNER.format(number=1104)}
                                                        RELEASE IN FULL
                              CONFIDENTIAL

                              April 14, 2010

For: Karin
From: Ilya
Re: What the second bidder knows

SOURCE: people close to the port authority.
"""

LETTER = f"""{BANNER.format(number=1105)}
                                                        RELEASE IN FULL

Dear Madam,

The Harbour Board thanks you for your letter.
"""

PLAIN = """From: Ann Roe
Sent: Friday, June 5, 2009 11:02 AM
To: Bob Poe; Carol Coe
Subject: Exhibit 12

As agreed.
"""
